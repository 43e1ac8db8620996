"""A fact and the rows that it meets -> the mails that it owes participants."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from services.notification.features.gatherings.domain.lists import (
    Activity,
    Registration,
    activities,
    registrations,
    rev_of_activity,
    rev_of_registration,
)
from services.notification.features.gatherings.domain.reminders import Reminder, plan, whole
from services.notification.kernel.deliveries import Delivery, FanOut
from services.notification.kernel.rules import FoldedRows, MailRule, Owed
from shared.contracts.directory import invitation_key
from shared.contracts.facts import (
    ActivityCancelled,
    ActivityChanged,
    ActivityPublished,
    Body,
    InvitationFact,
    InvitationReminded,
    InvitationSent,
    OfferEnded,
    OfferMade,
    RegistrationApproved,
    RegistrationCancelled,
    RegistrationChanged,
    RegistrationConfirmed,
    RegistrationCorrected,
    RegistrationFact,
    RegistrationPromoted,
    RegistrationRejected,
    RegistrationSubmitted,
    RegistrationSubstituted,
    RegistrationWaitlisted,
    Stated,
)

CONCERN: Final = frozenset({"title", "sessions"})  # fields of an activity that participants must hear of
SOON: Final = timedelta(minutes=5)  # outlasts any transaction (MongoDB ends one after a minute)


def _describe(rows: FoldedRows, stated: Stated, body: ActivityPublished) -> Owed:
    known = activities(rows).get(body.activity)
    reminders = plan(body, stated.number, stated.at, known.reminders if known else ())
    activities(rows)[body.activity] = Activity(
        body.activity, stated.number, ends=_end(body), reminders=reminders
    )
    return [_reminding(stated, body.activity, one) for one in reminders if one.rev == stated.number]


def _change_activity(rows: FoldedRows, stated: Stated, body: ActivityChanged) -> Owed:
    known = activities(rows).get(body.activity)
    owed = _describe(rows, stated, body)
    ends = [end for end in (_end(body), known.ends if known else None) if end is not None]
    if body.notify is False or CONCERN.isdisjoint(body.fields) or max(ends, default=stated.at) <= stated.at:
        return owed
    told = FanOut(stated.id, stated.number, "activity-changed", body.activity, stated.partition, stated.at)
    return [told, *owed]


def _end(body: ActivityPublished) -> datetime | None:
    return max((whole(session.ends) for session in body.sessions), default=None)


def _reminding(stated: Stated, activity: str, reminder: Reminder) -> FanOut:
    """`stated`: any fact of the activity's partition."""
    fact = f"{stated.office}-{stated.partition}-{reminder.rev}"
    return FanOut(
        fact,
        reminder.rev,
        "reminder",
        activity,
        stated.partition,
        reminder.due,
        reminder.occasion,
        reminder.starts,
    )


def _cancel_activity(rows: FoldedRows, stated: Stated, body: ActivityCancelled) -> Owed:
    activities(rows)[body.activity] = Activity(body.activity, stated.number, cancelled=True)
    return [
        FanOut(stated.id, stated.number, "activity-cancelled", body.activity, stated.partition, stated.at)
    ]


def _confirm(rows: FoldedRows, stated: Stated, body: RegistrationConfirmed | RegistrationSubstituted) -> Owed:
    registrations(rows)[body.registration] = Registration(
        body.registration,
        body.activity,
        "confirmed",
        rev=stated.number,
        born=stated.number,
        seated=stated.at,
    )
    return [_mail(rows, stated, body, "confirmed"), *_reminded_late(rows, stated, body)]


def _waitlist(rows: FoldedRows, stated: Stated, body: RegistrationWaitlisted) -> Owed:
    registrations(rows)[body.registration] = Registration(
        body.registration, body.activity, "waitlisted", rev=stated.number, born=stated.number
    )
    return [replace(_mail(rows, stated, body, "waitlisted"), place=body.place)]


def _submit(rows: FoldedRows, stated: Stated, body: RegistrationSubmitted) -> Owed:
    registrations(rows)[body.registration] = Registration(
        body.registration, body.activity, "waitlisted", rev=stated.number, born=stated.number
    )
    return [_mail(rows, stated, body, "submitted")]


def _approve(rows: FoldedRows, stated: Stated, body: RegistrationApproved) -> Owed:
    """What they hear is what became of it: that they have a seat, or a place in the line."""
    if body.seated:
        return _seated(rows, stated, body, "confirmed")
    return [replace(_mail(rows, stated, body, "waitlisted"), place=body.place)]


def _reject(rows: FoldedRows, stated: Stated, body: RegistrationRejected) -> Owed:
    if row := registrations(rows).get(body.registration):
        registrations(rows)[row.id] = replace(row, status="cancelled", ended=stated.number, rev=stated.number)
    return [_mail(rows, stated, body, "rejected")]


def _offer(rows: FoldedRows, stated: Stated, body: OfferMade) -> Owed:
    return [replace(_mail(rows, stated, body, "offered"), until=body.until)]


def _end_offer(rows: FoldedRows, stated: Stated, body: OfferEnded) -> Owed:
    return _left(rows, stated, body, "cancelled" if body.declined else "offer-ended")


def _promote(rows: FoldedRows, stated: Stated, body: RegistrationPromoted) -> Owed:
    return _seated(rows, stated, body, "promoted")


def _seated(rows: FoldedRows, stated: Stated, body: RegistrationFact, template: str) -> Owed:
    if row := registrations(rows).get(body.registration):
        registrations(rows)[row.id] = replace(row, status="confirmed", seated=stated.at)
    return [_mail(rows, stated, body, template), *_reminded_late(rows, stated, body)]


def _reminded_late(rows: FoldedRows, stated: Stated, body: RegistrationFact) -> Owed:
    """Of whom the fan-out may have passed by already, since this fact was read after it fell due."""
    activity = activities(rows).get(body.activity)
    return [
        _reminding(stated, body.activity, one).delivery(
            body.registration, rev_of_registration(rows, body.registration)
        )
        for one in (activity.reminders if activity else ())
        if stated.at < one.due <= rows.read_at + SOON
    ]


def _substitute(rows: FoldedRows, stated: Stated, body: RegistrationSubstituted) -> Owed:
    """Who is replaced hears that they are cancelled, who comes in their place that they are confirmed."""
    owed = _confirm(rows, stated, body)
    if row := registrations(rows).get(body.replaces):
        registrations(rows)[row.id] = replace(row, status="cancelled", ended=stated.number)
    rev = rev_of_registration(rows, body.replaces)
    return [
        *owed,
        replace(
            _mail(rows, stated, body, "cancelled"),
            recipient=body.replaces,
            needs_recipient=rev,
        ),
    ]


def _cancel(rows: FoldedRows, stated: Stated, body: RegistrationCancelled) -> Owed:
    return _left(rows, stated, body, "cancelled")


def _left(rows: FoldedRows, stated: Stated, body: RegistrationFact, template: str) -> Owed:
    if row := registrations(rows).get(body.registration):
        registrations(rows)[row.id] = replace(row, status="cancelled", ended=stated.number)
    return [_mail(rows, stated, body, template)]


def _invite(rows: FoldedRows, stated: Stated, body: InvitationSent) -> Owed:
    return [_to_invited(rows, stated, body, "invited", stated.number, body.until)]


def _remind(rows: FoldedRows, stated: Stated, body: InvitationReminded) -> Owed:
    """The entry stands as it was when they were invited."""
    return [_to_invited(rows, stated, body, "invitation-reminder", 0, None)]


def _to_invited(
    rows: FoldedRows,
    stated: Stated,
    body: InvitationFact,
    template: str,
    needs: int,
    until: datetime | None,
) -> Delivery:
    return Delivery(
        stated.id,
        template,
        body.activity,
        invitation_key(body.invitation),
        stated.partition,
        stated.at,
        needs,
        rev_of_activity(rows, body.activity),
        until=until,
    )


def _correct(rows: FoldedRows, stated: Stated, body: RegistrationFact) -> Owed:
    """Mails from now on wait for what was corrected."""
    if row := registrations(rows).get(body.registration):
        registrations(rows)[row.id] = replace(row, rev=stated.number)
    return []


def _mail(rows: FoldedRows, stated: Stated, body: RegistrationFact, template: str) -> Delivery:
    return Delivery(
        stated.id,
        template,
        body.activity,
        body.registration,
        stated.partition,
        stated.at,
        rev_of_registration(rows, body.registration),
        rev_of_activity(rows, body.activity),
    )


def _rule(owe: Callable[[FoldedRows, Stated, Any], Owed], *templates: str) -> MailRule:
    return MailRule(owe, frozenset(templates))


RULES: Final[Mapping[type[Body], MailRule]] = {
    ActivityPublished: _rule(_describe, "reminder"),
    ActivityChanged: _rule(_change_activity, "activity-changed", "reminder"),
    ActivityCancelled: _rule(_cancel_activity, "activity-cancelled"),
    RegistrationConfirmed: _rule(_confirm, "confirmed", "reminder"),
    RegistrationWaitlisted: _rule(_waitlist, "waitlisted"),
    RegistrationSubmitted: _rule(_submit, "submitted"),
    RegistrationApproved: _rule(_approve, "confirmed", "waitlisted", "reminder"),
    RegistrationRejected: _rule(_reject, "rejected"),
    OfferMade: _rule(_offer, "offered"),
    OfferEnded: _rule(_end_offer, "offer-ended", "cancelled"),
    RegistrationPromoted: _rule(_promote, "promoted", "reminder"),
    RegistrationCancelled: _rule(_cancel, "cancelled"),
    RegistrationSubstituted: _rule(_substitute, "confirmed", "cancelled", "reminder"),
    InvitationSent: _rule(_invite, "invited"),
    InvitationReminded: _rule(_remind, "invitation-reminder"),
    RegistrationCorrected: _rule(_correct),
    RegistrationChanged: _rule(_correct),
}
