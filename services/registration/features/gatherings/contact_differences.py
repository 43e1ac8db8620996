"""Where a list says something else of a person than the office's record: staff decide which is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.registration.features.people.store import People
from services.registration.kernel.digests import Digests
from shared.contracts.commands import Participant
from shared.identity import comparable_name
from shared.mongo.driver import Store


@dataclass(frozen=True, slots=True)
class RecordedContact:
    """A person of the office's record. `fields`: what it says otherwise: name, email, phone."""

    ref: str
    fields: Mapping[str, str]


async def differences(
    store: Store, digests: Digests, listed: Sequence[Participant]
) -> list[RecordedContact | None]:
    """For each of them, whom a sheet's row would be taken for, or whose address it was until a correction;
    None where nobody is known or nothing differs."""
    named = [digests.person(one) for one in listed]
    index = await People(store, digests).index(named)
    found = [index.known(one, proving=True) or index.hinted(one.email) for one in named]
    contacts = list({person.contact for person in found if person})
    rows = await store["people"].find({"_id": {"$in": contacts}}, {"who": 1}).to_list(None)
    recorded = {row["_id"]: Participant.model_validate(row["who"]) for row in rows}
    return [
        RecordedContact(person.ref, fields)
        if person and (fields := _otherwise(one, recorded[person.contact]))
        else None
        for one, person in zip(listed, found, strict=True)
    ]


def _otherwise(listed: Participant, recorded: Participant) -> dict[str, str]:
    fields = {}
    if comparable_name(listed.name) != comparable_name(recorded.name):
        fields["name"] = recorded.name
    if listed.email.lower() != recorded.email.lower():
        fields["email"] = recorded.email
    if listed.phone and recorded.phone and _digits(listed.phone) != _digits(recorded.phone):
        fields["phone"] = recorded.phone
    return fields


def _digits(phone: str) -> str:
    return "".join(filter(str.isdigit, phone))
