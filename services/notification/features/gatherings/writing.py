"""A letter to a participant: what is theirs alone, and what is written once for all of its kind."""

from datetime import UTC, datetime
from typing import Final

from services.notification.features.gatherings.calendar import Method, calendar_of
from services.notification.features.gatherings.domain.policies import BY_STANDING
from services.notification.features.gatherings.wording import (
    CANCEL,
    INSTITUTION,
    INVITATION,
    NAME,
    OFFER,
    PLACE,
    Kind,
    values,
)
from services.notification.kernel.letters import SALT, Draft, Letter, Words
from shared.activity_changes import removed
from shared.contracts.directory import InvitationEntry
from shared.links import Links
from shared.office import Office

METHODS: Final[dict[str, Method]] = {
    "confirmed": "PUBLISH",
    "promoted": "PUBLISH",
    "activity-changed": "PUBLISH",
    "cancelled": "CANCEL",
    "activity-cancelled": "CANCEL",
}
REGISTRATION: Final = f"pendaftaran{SALT}".ljust(29, "x")  # as long as one, since calendars fold by length
STAMP: Final = "19700101T000000Z"
STAMPED: Final = datetime.strptime(STAMP, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def draft(letter: Letter, links: Links) -> Draft:
    delivery, person = letter.delivery, letter.recipient
    if isinstance(person, InvitationEntry):
        link = links.to_invitation(person.invitation)
        institution = person.institution.name if person.institution else ""
        own = {INVITATION: link, NAME: person.name, INSTITUTION: institution}
        return Draft(Kind.of(letter), own, person.name)
    return Draft(
        Kind.of(letter),
        {
            CANCEL: links.to_cancel(person.registration),
            OFFER: links.to_offer(person.registration),
            PLACE: str(delivery.place),
            NAME: person.name,
        },
        person.name,
        {REGISTRATION: person.registration, STAMP: f"{delivery.due:%Y%m%dT%H%M%SZ}"},
    )


def words(template: str, kind: Kind, office: Office, links: Links) -> Words:
    activity = kind.activity
    reply_to = activity.reply_to or office.reply_to
    said = Words(activity.title, reply_to, values(template, kind, links))
    method = METHODS.get(template)
    if method is None or kind.over or (template in BY_STANDING and not kind.seated):
        return said
    fell_away = removed(kind.earlier, activity) if kind.earlier else ()
    calendar = calendar_of(activity, REGISTRATION, reply_to, STAMPED, method, fell_away)
    return Words(said.title, reply_to, said.values, calendar, method)
