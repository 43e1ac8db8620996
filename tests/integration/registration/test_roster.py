"""An activity's people as its staff look for them."""

import pytest

from services.registration.features.gatherings.roster import Roster, RosterFilter
from tests.component.registration.browser import STAFF, announce
from tests.support.office import new_office
from tests.support.servers import Servers

pytestmark = pytest.mark.broker


async def test_people_stand_in_the_order_of_their_names_without_titles(servers: Servers) -> None:
    names = ["Dr. Budi Uji", "H. Ahmad Uji", "Drs. Cokorda Uji, M.Pd.", "I Wayan Uji", "Ani Uji"]
    async with new_office(servers) as office, office.registration() as client:
        await announce(client, "uji")
        for number, name in enumerate(names):
            who = {"name": name, "email": f"uji{number}@sekolah.example"}
            body = {"participant": who, "category": "guru"}
            answer = await client.post("/api/v1/activities/uji/registrations", json=body, headers=STAFF)
            assert answer.status_code == 200, answer.text
        rows, _ = await Roster(office.store, office.digests).found("uji", RosterFilter())
        assert [row.who["name"] for row in rows] == [names[1], names[4], names[0], names[2], names[3]]
        await client.patch(
            f"/api/v1/participants/{rows[0].ref}", json={"name": "Prof. Zubir Uji"}, headers=STAFF
        )
        rows, _ = await Roster(office.store, office.digests).found("uji", RosterFilter())
        assert rows[-1].who["name"] == "Prof. Zubir Uji"
