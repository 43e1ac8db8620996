"""Approval, offers and invitations come back from their topics, with the words that no fact holds."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.contracts.commands import (
    AnswerInvitation,
    ApproveRegistration,
    RejectRegistration,
    SendInvitation,
    SubmitRegistration,
)
from tests.faults.test_recovering import (
    REGISTER,
    Asking,
    as_it_was,
    emptied,
    enter,
    recovered_here,
    with_totals,
)
from tests.support.backup import dump
from tests.support.office import TestOffice, activity, new_office, person
from tests.support.servers import Servers

pytestmark = pytest.mark.broker
SEATS = [{"id": "semua", "seats": 4}]
INVITATION, SILENT = "a" * 29, "b" * 29


async def seated(office: TestOffice) -> None:
    """One approved, one not, one undecided; one is offered a seat; one institution names somebody."""
    asking, until = Asking(office), datetime.now(UTC) + timedelta(days=1)
    more = {"approval": True, "offer_within": timedelta(days=1)}
    await asking.ask(activity("rakor", quotas=SEATS, **more), "rakor")
    made = [await asking.submit("rakor", number) for number in range(4)]
    for name, seats in ((INVITATION, 2), (SILENT, 1)):
        invitation = {
            "activity": "rakor",
            "invitation": name,
            "to": {"name": "Kepala SD Uji", "email": "sd@sekolah.example"},
            "institution": {"name": "SD Uji"},
            "seats": seats,
            "until": until,
            "category": "guru",
            "text": "Guru kelas awal",
        }
        await asking.ask(SendInvitation.model_validate(invitation), "rakor")
    answer = AnswerInvitation(activity="rakor", invitation=INVITATION, answer="represented")
    await asking.ask(answer, "rakor")
    named = SubmitRegistration.model_validate(person(9) | {"activity": "rakor", "invitation": INVITATION})
    await office.put(named, "rakor", "sebut", source=f"/{office.code}/http/invitation")
    assert (await office.outcome("rakor", "sebut", f"/{office.code}/http/invitation"))["type"]
    for registration in made[:2]:
        await asking.ask(ApproveRegistration(registration=registration), "rakor")
    await asking.ask(RejectRegistration(registration=made[2], reason="Bukan sasaran"), "rakor")
    await asking.cancel("rakor", made[0])
    await with_totals(office)


async def test_what_was_approved_offered_and_held_comes_back(servers: Servers) -> None:
    async with new_office(servers) as office:
        async with office.registration():
            await seated(office)
        right = await dump(office.store, *REGISTER, "invitations")
        statuses = sorted(row["status"] for row in right["registrations"])
        assert statuses == ["cancelled", "confirmed", "offered", "rejected", "submitted"]
        await emptied(office)
        await recovered_here(office)
        await as_it_was(office, right)
        assert await dump(office.store, "invitations") == {"invitations": right["invitations"]}
        await enter(office, f"i:{SILENT}", None)
        await emptied(office)
        output = "\n".join(await recovered_here(office))
        assert f"lost: invitation {SILENT}: to whom it went" in output
        rows = await office.store["invitations"].find({}).sort("_id", 1).to_list(None)
        assert [row["invited"].get("to") is None for row in rows] == [False, True]
