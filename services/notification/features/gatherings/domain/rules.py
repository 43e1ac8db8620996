"""A fact and the lists it meets -> the mails that it owes. One table says which fact does what."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from services.notification.features.gatherings.domain.lists import Activity, Registration, RegistrationLists
from services.notification.features.gatherings.domain.policies import Template
from services.notification.features.gatherings.domain.reminders import Reminder, plan, whole
from services.notification.kernel.deliveries import Delivery, FanOut
from shared.contracts.facts import (
    ActivityCancelled,
    ActivityChanged,
    ActivityPublished,
    Body,
    RegistrationCancelled,
    RegistrationConfirmed,
    RegistrationCorrected,
    RegistrationFact,
    RegistrationPromoted,
    RegistrationWaitlisted,
    Stated,
)

Owed = list[Delivery | FanOut]
CONCERN: Final = frozenset({"title", "sessions"})  # fields of an activity that participants must hear of
SOON: Final = timedelta(minutes=5)  # outlasts any transaction (MongoDB ends one after a minute)


def fold(lists: RegistrationLists, stated: Stated, body: Body | None) -> Owed:
    """Change `lists` as the fact says and answer what it owes; a type that is not known here owes nothing."""
    rule = RULES.get(type(body))
    return rule(lists, stated, body) if rule else []


def _describe(lists: RegistrationLists, stated: Stated, body: ActivityPublished) -> Owed:
    known = lists.activities.get(body.activity)
    reminders = plan(body, stated.number, stated.at, known.reminders if known else ())
    lists.activities[body.activity] = Activity(
        body.activity, stated.number, ends=_end(body), reminders=reminders
    )
    return [_reminding(stated, body.activity, one) for one in reminders if one.rev == stated.number]


def _change_activity(lists: RegistrationLists, stated: Stated, body: ActivityChanged) -> Owed:
    known = lists.activities.get(body.activity)
    owed = _describe(lists, stated, body)
    ends = [end for end in (_end(body), known.ends if known else None) if end is not None]
    if CONCERN.isdisjoint(body.fields) or max(ends, default=stated.at) <= stated.at:
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


def _cancel_activity(lists: RegistrationLists, stated: Stated, body: ActivityCancelled) -> Owed:
    lists.activities[body.activity] = Activity(body.activity, stated.number, cancelled=True)
    return [
        FanOut(stated.id, stated.number, "activity-cancelled", body.activity, stated.partition, stated.at)
    ]


def _confirm(lists: RegistrationLists, stated: Stated, body: RegistrationConfirmed) -> Owed:
    lists.registrations[body.registration] = Registration(
        body.registration,
        body.activity,
        "confirmed",
        rev=stated.number,
        born=stated.number,
        seated=stated.at,
    )
    return [_mail(lists, stated, body, "confirmed"), *_reminded_late(lists, stated, body)]


def _waitlist(lists: RegistrationLists, stated: Stated, body: RegistrationWaitlisted) -> Owed:
    lists.registrations[body.registration] = Registration(
        body.registration, body.activity, "waitlisted", rev=stated.number, born=stated.number
    )
    return [replace(_mail(lists, stated, body, "waitlisted"), place=body.place)]


def _promote(lists: RegistrationLists, stated: Stated, body: RegistrationPromoted) -> Owed:
    if row := lists.registrations.get(body.registration):
        lists.registrations[row.id] = replace(row, status="confirmed", seated=stated.at)
    return [_mail(lists, stated, body, "promoted"), *_reminded_late(lists, stated, body)]


def _reminded_late(lists: RegistrationLists, stated: Stated, body: RegistrationFact) -> Owed:
    """Of whom the fan-out may have passed by already, since this fact was read after it fell due."""
    activity = lists.activities.get(body.activity)
    return [
        _reminding(stated, body.activity, one).delivery(
            body.registration, lists.rev_of_registration(body.registration), timedelta(0)
        )
        for one in (activity.reminders if activity else ())
        if stated.at < one.due <= lists.read_at + SOON
    ]


def _cancel(lists: RegistrationLists, stated: Stated, body: RegistrationCancelled) -> Owed:
    if row := lists.registrations.get(body.registration):
        lists.registrations[row.id] = replace(row, status="cancelled", ended=stated.number)
    return [_mail(lists, stated, body, "cancelled")]


def _correct(lists: RegistrationLists, stated: Stated, body: RegistrationCorrected) -> Owed:
    """Mails from now on wait for what was corrected."""
    if row := lists.registrations.get(body.registration):
        lists.registrations[row.id] = replace(row, rev=stated.number)
    return []


def _mail(lists: RegistrationLists, stated: Stated, body: RegistrationFact, template: Template) -> Delivery:
    return Delivery(
        stated.id,
        template,
        body.activity,
        body.registration,
        stated.partition,
        stated.at,
        lists.rev_of_registration(body.registration),
        lists.rev_of_activity(body.activity),
    )


RULES: Final[dict[Any, Callable[[RegistrationLists, Stated, Any], Owed]]] = {
    ActivityPublished: _describe,
    ActivityChanged: _change_activity,
    ActivityCancelled: _cancel_activity,
    RegistrationConfirmed: _confirm,
    RegistrationWaitlisted: _waitlist,
    RegistrationPromoted: _promote,
    RegistrationCancelled: _cancel,
    RegistrationCorrected: _correct,
}
