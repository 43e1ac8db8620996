"""kill -9 while staff work: each deed stands in the history once, what an account is told is one mail."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from services.notification.provision import provision_office
from services.registration.features.accounts.accounts_desk import office_invitations
from services.registration.features.accounts.history import OfficeHistory
from services.registration.features.accounts.notices import Notices
from services.registration.kernel.actions import Role
from shared.accounts.domain.permissions import Grant
from shared.accounts.sign_in_notices import SignInNotices
from tests.component.registration.browser import STAFF
from tests.support import accounts
from tests.support.deployment import Deployment, deployment
from tests.support.features import ALL
from tests.support.office import PUBLIC_URL, activity, person
from tests.support.servers import ServerRoom
from tests.support.waiting import until

pytestmark = pytest.mark.broker
PEOPLE, KILLS = 60, 4


async def register(running: Deployment, number: int) -> None:
    """Sent again with the same key until it is answered, as whoever meets a killed instance does."""
    path = "/api/v1/activities/uji/registrations"
    headers = STAFF | {"Idempotency-Key": f"orang-{number}"}
    while True:
        service = running.services.get("registration")
        try:
            async with httpx.AsyncClient(base_url=service.url if service else "", timeout=30) as client:
                answer = await client.post(path, json=person(number), headers=headers)
            if answer.status_code == 200:
                return
        except (httpx.HTTPError, httpx.UnsupportedProtocol):
            pass
        await asyncio.sleep(0.1)


async def test_each_command_of_staff_is_told_once(server_room: ServerRoom, tmp_path: Path) -> None:
    servers = await server_room.servers()
    async with deployment(servers, tmp_path) as running:
        await running.start("registration", "services.registration.main")
        await running.office.put(activity("uji", PEOPLE), "uji")
        working = asyncio.gather(*(register(running, number) for number in range(PEOPLE)))
        for _ in range(KILLS):
            await asyncio.sleep(1)
            running.kill("registration")
            await running.start("registration", "services.registration.main")
        await working
        await running.office.at_rest()
        history = OfficeHistory(running.office.store, {}, ALL.history)
        told = Counter(entry.named("r:") for entry in await history.of_activity("uji", limit=10 * PEOPLE))
        assert (len(told), set(told.values())) == (PEOPLE, {1})


async def test_what_accounts_are_told_published_twice_by_a_killed_instance_is_one_mail(
    server_room: ServerRoom, tmp_path: Path
) -> None:
    servers = await server_room.servers()
    async with deployment(servers, tmp_path) as running:
        office = running.office
        await provision_office(office.code, servers.mongo, "motor", office.kafka)
        await running.start_mailbox()
        await running.start("notification", "services.notification.main")
        making = office_invitations(office.store, PUBLIC_URL)
        for number in range(3):
            email = f"petugas{number}@balai.example"
            await making.invite(email, [Grant(Role.PINTU)], datetime.now(UTC), "staff")
        locked = await accounts.account(office, Grant(Role.PINTU))
        row = await office.store["accounts"].find_one({"_id": locked})
        assert row is not None
        outbox = Notices(office.store, f"{PUBLIC_URL}/staf/perangkat")
        news = SignInNotices(office.store, outbox.announce_sign_in)
        await asyncio.gather(*(news.locked(row["letters"], datetime.now(UTC)) for _ in range(5)))
        notices = await office.store["notices"].find({}).to_list(None)
        assert len(notices) == 4, "at once is once"

        async def published() -> bool:
            return await office.store["notices"].count_documents({}) == 0

        for _ in range(2):
            await running.start("registration", "services.registration.main")
            await until(published)
            running.kill("registration")
            await office.store["notices"].insert_many(notices)  # killed before it noted that they were sent
        await running.start("registration", "services.registration.main")
        await until(published)

        async def mailed() -> bool:
            return len(await running.mails()) >= len(notices)

        await until(mailed)
        await asyncio.sleep(2)  # for what must not come
        deliveries = Counter(mail["headers"]["X-Simpul-Delivery"] for mail in await running.mails())
        templates = {row["account"]: "sign-in" if row["account"] == locked else "account" for row in notices}
        assert deliveries == Counter(
            f"{row['_id']}:{templates[row['account']]}:{row['account']}:-" for row in notices
        )
