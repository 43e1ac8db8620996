"""A fact and the lists it meets -> the mails that it owes. One table says which fact does what."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from services.notification.domain.deliveries import Delivery, FanOut
from services.notification.domain.lists import Activity, Lists, Registration
from services.notification.domain.templates import Template
from shared.contracts.facts import (
    ActivityCancelled,
    ActivityChanged,
    ActivityPublished,
    Body,
    RegistrationCancelled,
    RegistrationConfirmed,
    RegistrationFact,
    RegistrationPromoted,
    RegistrationWaitlisted,
    Stated,
)

Owed = list[Delivery | FanOut]


def fold(lists: Lists, stated: Stated, body: Body | None) -> Owed:
    """Change `lists` as the fact says and answer what it owes; a type that is not known here owes nothing."""
    rule = RULES.get(type(body))
    return rule(lists, stated, body) if rule else []


def _describe(lists: Lists, stated: Stated, body: ActivityPublished) -> Owed:
    lists.activities[body.activity] = Activity(body.activity, stated.number)
    return []


def _cancel_activity(lists: Lists, stated: Stated, body: ActivityCancelled) -> Owed:
    lists.activities[body.activity] = Activity(body.activity, stated.number, cancelled=True)
    return [
        FanOut(stated.id, stated.number, "activity-cancelled", body.activity, stated.partition, stated.at)
    ]


def _confirm(lists: Lists, stated: Stated, body: RegistrationConfirmed) -> Owed:
    lists.registrations[body.registration] = Registration(
        body.registration, body.activity, "confirmed", rev=stated.number, born=stated.number
    )
    return [_mail(lists, stated, body, "confirmed")]


def _waitlist(lists: Lists, stated: Stated, body: RegistrationWaitlisted) -> Owed:
    lists.registrations[body.registration] = Registration(
        body.registration, body.activity, "waitlisted", rev=stated.number, born=stated.number
    )
    return [replace(_mail(lists, stated, body, "waitlisted"), place=body.place)]


def _promote(lists: Lists, stated: Stated, body: RegistrationPromoted) -> Owed:
    if row := lists.registrations.get(body.registration):
        lists.registrations[row.id] = replace(row, status="confirmed")
    return [_mail(lists, stated, body, "promoted")]


def _cancel(lists: Lists, stated: Stated, body: RegistrationCancelled) -> Owed:
    if row := lists.registrations.get(body.registration):
        lists.registrations[row.id] = replace(row, status="cancelled", ended=stated.number)
    return [_mail(lists, stated, body, "cancelled")]


def _mail(lists: Lists, stated: Stated, body: RegistrationFact, template: Template) -> Delivery:
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


RULES: Final[dict[Any, Callable[[Lists, Stated, Any], Owed]]] = {
    ActivityPublished: _describe,
    ActivityChanged: _describe,
    ActivityCancelled: _cancel_activity,
    RegistrationConfirmed: _confirm,
    RegistrationWaitlisted: _waitlist,
    RegistrationPromoted: _promote,
    RegistrationCancelled: _cancel,
}
