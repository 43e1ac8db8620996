"""What an account is told by mail of signing in: new devices and locked doors, of each one an hour."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from services.registration.kernel.actions import Role
from shared.accounts.domain.permissions import Grant
from shared.contracts.directory import AccountEntry
from tests.component.registration.test_accounts import EMAIL, Person, accepted, invited, signed_in
from tests.support.office import PUBLIC_URL, TestOffice, new_office
from tests.support.servers import Servers
from tests.support.waiting import until

pytestmark = [pytest.mark.broker, pytest.mark.once]


async def told(office: TestOffice) -> list[list[tuple[str, str | None]]]:
    """Of each mail that was owed after the invitation, its news: of which kind, and of which device."""

    async def published() -> bool:
        return await office.store["notices"].count_documents({}) == 0

    await until(published)
    records = [one for one in await office.records("directory") if (one.key or b"").startswith(b"u:")]
    entries = [AccountEntry.read(one.value or b"") for one in records]
    assert len({one.cause for one in entries}) == len(entries)
    assert [one.rev for one in entries] == list(range(1, len(entries) + 1))
    for entry in entries[1:]:
        assert (entry.email, entry.link) == (EMAIL, f"{PUBLIC_URL}/staf/perangkat")
    return [[(one.kind, one.device) for one in entry.news] for entry in entries if entry.news]


async def later(office: TestOffice, person: Person, *kinds: str) -> None:
    """An hour, for what was told of these kinds."""
    ago = {f"told.{kind}.at": datetime.now(UTC) - timedelta(minutes=61) for kind in kinds}
    await office.store["accounts"].update_one({"_id": person.name}, {"$set": ago})


async def sign_in(office: TestOffice, client: httpx.AsyncClient, person: Person, agent: str) -> None:
    """With the cookies that the client has."""
    await office.store["accounts"].update_one({"_id": person.name}, {"$set": {"step": 0}})
    answer = await client.post("/staf/masuk", data=person.typed, headers={"User-Agent": agent})
    assert answer.status_code == 303


async def test_a_new_device_is_told_once_and_known_from_then_on(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        path = await invited(office, Grant(Role.PANITIA))
        first = await client.get(path)
        assert "set-cookie" not in first.headers
        person = await accepted(office, client, path)
        assert await told(office) == [], "the first is no news"
        await sign_in(office, client, person, "Firefox Windows")
        cookie = client.cookies["__Host-simpul-peramban"]
        news = [[("new_device", "Firefox di Windows")]]
        assert await told(office) == news
        assert cookie not in str(await office.store["accounts"].find_one({})), "its digest alone is kept"
        await sign_in(office, client, person, "Firefox Windows")
        assert await told(office) == news, "it is known"
        client.cookies.clear()
        await sign_in(office, client, person, "Chrome Android")
        third = dict(client.cookies)
        assert await told(office) == news, "one an hour"
        await later(office, person, "new_device")
        client.cookies.clear()
        client.cookies.update(third)
        await sign_in(office, client, person, "Chrome Android")
        news += [[("new_device", "Chrome di Android")]]
        assert await told(office) == news, "what was not told is not known"
        await later(office, person, "new_device")
        await sign_in(office, client, person, "Chrome Android")
        assert await told(office) == news


async def test_a_locked_door_is_told_once_an_hour_and_with_the_device_before(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        person = await accepted(office, client, await invited(office, Grant(Role.PANITIA)))
        await sign_in(office, client, person, "Firefox Windows")
        for many in (6, 3):
            for _ in range(many):
                await signed_in(client, person.typed | {"kata-sandi": "salah"})
        both = [("new_device", "Firefox di Windows"), ("locked", None)]
        news = [both[:1], both]
        assert await told(office) == news
        await later(office, person, "new_device", "locked")
        await signed_in(client, person.typed)
        news += [both[1:]]
        assert await told(office) == news
        for _ in range(7):
            await signed_in(client, person.typed | {"email": "nobody@balai.example"})
        await office.store["accounts"].update_one({}, {"$set": {"state": "disabled"}})
        await later(office, person, "locked")
        await signed_in(client, person.typed)
        assert await told(office) == news, "nobody is told, who has no account"
