"""People as the office's directory names them, put back into an older or empty register."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from services.registration.features.gatherings.recovery import NamedPerson
from services.registration.features.people.people import KnownPerson
from services.registration.features.people.store import People, known_person, person_row
from services.registration.kernel.digests import Digests
from shared.contracts.commands import Participant
from shared.mongo.driver import ReplaceOne, Session, Store


async def restore(store: Store, digests: Digests, named: Sequence[NamedPerson], session: Session) -> None:
    """Within a transaction. Whoever is known keeps the numbers that are known of them; an address that was
    corrected since leads to nobody."""
    people = store["people"]
    for ref, entries in groupby(sorted(named, key=attrgetter("ref")), attrgetter("ref")):
        row = await people.find_one({"ref": ref, "who": {"$exists": True}}, session=session)
        *_, last = sorted(entries, key=attrgetter("today"))
        if row is not None and not last.today:
            continue  # what was said of somebody who is cancelled is older than what is known of them
        stood = known_person(row) if row else None
        who = last.who if row is None else _with_numbers(last.who, Participant.model_validate(row["who"]))
        person = _person(digests, ref, who, stood)
        if row is not None and stood is not None:
            former = set(digests.person(Participant.model_validate(row["who"])).all)
            person.known_by |= stood.known_by - former
        wanted = {"known_by": {"$in": list(person.known_by)}, "_id": {"$ne": person.contact}}
        others = await people.find(wanted, {"known_by": 1, "ref": 1}, session=session).to_list(None)
        taken = {digest for other in others for digest in map(bytes, other["known_by"])}
        person = replace(
            person, known_by=person.known_by - taken, hints=person.hints | (taken & person.known_by)
        )
        document = person_row(person, who.model_dump(exclude_none=True))
        await people.bulk_write([ReplaceOne({"_id": person.contact}, document, upsert=True)], session=session)
        await People(store, digests).list_same(((ref, other["ref"]) for other in others), session)


def _with_numbers(who: Participant, known: Participant) -> Participant:
    return who.model_copy(update={"nip": known.nip, "nuptk": known.nuptk})


def _person(digests: Digests, ref: str, who: Participant, stood: KnownPerson | None) -> KnownPerson:
    """The person as called today; the numbers that were proved of them stay so."""
    found = digests.person(who)
    unproved = stood.unproved & found.numbers.keys() if stood else set[str]()
    proved = {digest for name, digest in found.numbers.items() if name not in unproved}
    hints = (stood.hints if stood else set()) | {found.address}
    contact = stood.contact if stood else ref
    return KnownPerson(ref, contact, proved | {found.email}, hints, who.name, unproved=unproved)
