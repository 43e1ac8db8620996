"""Sessions: known by a digest alone, ended by time, by their owner and with their account."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from services.registration.kernel.actions import Role
from shared.accounts.domain.permissions import Grant
from shared.accounts.domain.session import day_ends
from tests.component.registration.test_accounts import accepted, invited, signed_in
from tests.support import accounts
from tests.support.office import SESSION_KEYS, TestOffice, new_office
from tests.support.servers import Servers

pytestmark = [pytest.mark.broker, pytest.mark.once]


async def status(client: httpx.AsyncClient, headers: dict[str, str]) -> int:
    return (await client.get("/staf", headers=headers)).status_code


async def aged(office: TestOffice, name: str, **times: timedelta) -> None:
    moved = {field: datetime.now(UTC) - age for field, age in times.items()}
    await office.store["sessions"].update_many({"account": name}, {"$set": moved})


async def test_a_session_ends_unused_in_time_and_with_its_account(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        name = await accounts.account(office, Grant(Role.PANITIA))
        headers = await accounts.session(office, name)
        assert await status(client, headers) == 200
        await aged(office, name, seen=timedelta(minutes=29))
        assert await status(client, headers) == 200
        await aged(office, name, created=timedelta(hours=11))
        assert await status(client, headers) == 200, "it was seen just now"
        await aged(office, name, seen=timedelta(minutes=31))
        assert await status(client, headers) == 303
        await aged(office, name, seen=timedelta(0), created=timedelta(hours=13))
        assert await status(client, headers) == 303
        headers = await accounts.session(office, name)
        await office.store["accounts"].update_one({"_id": name}, {"$set": {"state": "disabled"}})
        assert await status(client, headers) == 303


async def test_a_device_at_the_door_stays_until_the_day_ends(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        for grants, stays in (
            ([Grant(Role.PINTU), Grant(Role.PINTU, "uji")], True),
            ([Grant(Role.PINTU), Grant(Role.PANITIA, "uji")], False),
            ([Grant(Role.PINTU), Grant(Role.ADMIN, until=datetime(2020, 1, 1, tzinfo=UTC))], True),
        ):
            await office.store["accounts"].delete_many({})
            person = await accepted(office, client, await invited(office, *grants))
            assert (await signed_in(client, person.typed)).status_code == 303
            [row] = await office.store["sessions"].find({}).sort("created", -1).limit(1).to_list(None)
            ends = day_ends(row["created"], ZoneInfo("Asia/Makassar"))
            assert row["stays"] == (ends if stays else None), grants
            assert ("ketika hari berganti" in (await client.get("/staf/perangkat")).text) is stays
        await aged(office, person.name, seen=timedelta(hours=5), stays=-timedelta(minutes=9))
        assert await status(client, {}) == 200
        await aged(office, person.name, seen=timedelta(hours=5), stays=timedelta(0))
        assert await status(client, {}) == 303
        await aged(office, person.name, created=timedelta(hours=12), stays=-timedelta(hours=1))
        assert await status(client, {}) == 303


async def test_what_the_database_holds_opens_nothing(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        headers = await accounts.session(office, await accounts.account(office, Grant(Role.ADMIN)))
        rows = await office.store["sessions"].find({}).to_list(None)
        assert headers["Cookie"].partition("=")[2] not in str(rows)
        for made in (rows[0]["_id"].hex(), str(rows[0]["_id"])):
            assert await status(client, {"Cookie": f"__Host-simpul={made}"}) == 303


async def test_ones_devices_are_shown_and_ended_and_nobody_elses(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        mine, other = [await accounts.account(office, Grant(Role.PINTU)) for _ in range(2)]
        devices = ("Firefox di Linux", "Chrome di Android", "Safari di iPhone")
        here, phone, third = [await accounts.session(office, mine, device) for device in devices]
        foreign = await accounts.session(office, other, "Edge di Windows")
        page = await client.get("/staf/perangkat", headers=here)
        assert "Chrome di Android" in page.text
        assert "Edge di Windows" not in page.text
        marks = await accounts.marks(client, here)
        rows = {
            row["device"]: row["_id"].hex() for row in await office.store["sessions"].find({}).to_list(None)
        }
        for named in ("Chrome di Android", "Edge di Windows"):
            sent = marks | {"perangkat": rows[named]}
            assert (await client.post("/staf/perangkat", data=sent, headers=here)).status_code == 303
        assert [await status(client, one) for one in (here, phone, third, foreign)] == [200, 303, 200, 200]
        wrong = marks | {"perangkat": "x"}
        assert (await client.post("/staf/perangkat", data=wrong, headers=here)).status_code == 404
        assert (await client.post("/staf/perangkat", data=marks, headers=here)).status_code == 303
        assert [await status(client, one) for one in (here, third, foreign)] == [200, 303, 200]


async def test_a_form_that_was_open_stands_while_keys_are_rotated(servers: Servers) -> None:
    async with new_office(servers) as office:
        name = await accounts.account(office, Grant(Role.ADMIN))
        headers = await accounts.session(office, name)
        async with office.registration() as client:
            open_form = await accounts.marks(client, headers)
        new = f"s2:{'12' * 32}"
        for keys, answered in ((f"{SESSION_KEYS},{new}", 303), (f"{new},{SESSION_KEYS}", 303), (new, 403)):
            async with office.registration(session_keys=keys) as client:
                answer = await client.post("/staf/perangkat", data=open_form, headers=headers)
                assert answer.status_code == answered, keys
                assert await status(client, headers) == 200, "no session is signed"
