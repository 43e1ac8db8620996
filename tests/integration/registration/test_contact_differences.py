"""A list that says something else than the office's record is told, and changes nothing."""

from typing import Any

import pytest

from services.registration.features.gatherings.contact_differences import differences
from shared.contracts.commands import Participant
from tests.component.registration.browser import STAFF, announce
from tests.support.office import new_office
from tests.support.servers import Servers

pytestmark = pytest.mark.broker
WHO = {
    "name": "Ni Luh Diundang, S.Pd.",
    "email": "lama@sekolah.example",
    "phone": "0800 0000 1111",
    "nuptk": "1234567890123456",
}


def listed(**changed: Any) -> Participant:
    return Participant.model_validate(WHO | changed)


async def test_a_row_is_told_what_is_recorded_otherwise_also_of_an_address_corrected_since(
    servers: Servers,
) -> None:
    async with new_office(servers) as office, office.registration() as client:
        await announce(client, "uji")
        body = {"participant": WHO, "category": "guru"}
        answer = await client.post("/api/v1/activities/uji/registrations", json=body, headers=STAFF)
        assert answer.status_code == 200, answer.text
        (row,) = await office.store["people"].find({}).to_list(None)
        asked = [
            listed(),
            listed(name="NI LUH DIUNDANG", phone="080000001111"),
            listed(email="baru@sekolah.example"),
            listed(name="Ni Luh Lain", phone="0800 0000 2222"),
            Participant(name="Orang Lain", email="orang@sekolah.example"),
        ]
        found = await differences(office.store, office.digests, asked)
        assert [one and dict(one.fields) for one in found] == [
            None,
            None,
            {"email": WHO["email"]},
            {"name": WHO["name"], "phone": WHO["phone"]},
            None,
        ]
        right = {"email": "betul@sekolah.example", "nuptk": None}
        path = f"/api/v1/participants/{row['ref']}"
        assert (await client.patch(path, json=right, headers=STAFF)).status_code == 200
        (former,) = await differences(office.store, office.digests, [listed(nuptk=None)])
        assert former is not None
        assert (former.ref, former.fields) == (row["ref"], {"email": "betul@sekolah.example"})
