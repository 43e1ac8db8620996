"""What operators see of an office's notification."""

from datetime import timedelta

import httpx

from shared.serving import HttpSides
from tests.integration.notification.stage import Stage
from tests.support.waiting import until
from tests.support.watched import shown, told

OPEN = 'simpul_deliveries{state="pending",template="confirmed"}'


async def seen(service: HttpSides) -> str:
    transport = httpx.ASGITransport(service.management)
    async with httpx.AsyncClient(transport=transport, base_url="http://kantor") as client:
        return (await client.get("/metrics")).text


async def test_the_table_of_metrics_tells_what_notification_shows(stage: Stage) -> None:
    async with stage.running() as service:
        await stage.publish("rakor")
        await stage.confirm("rakor", "Satu")
        await stage.settled(1)

        async def looked() -> bool:
            return 'simpul_deliveries{state="sent",template="confirmed"} 1.0' in await seen(service)

        await until(looked)
        assert shown(await seen(service)) == told("notification")


async def test_a_mail_that_waits_is_overdue_and_a_reminder_of_tomorrow_is_not(stage: Stage) -> None:
    now = await stage.store.now()
    lock = {"state": "pending", "template": "confirmed", "next": now + timedelta(days=1)}
    async with stage.running() as service:

        async def overdue(pending: int) -> float:
            """As soon as so many open mails are counted."""

            async def counted() -> dict[str, str] | None:
                lines = dict(line.rsplit(" ", 1) for line in (await seen(service)).splitlines())
                return lines if lines.get(OPEN) == f"{pending}.0" else None

            return float((await until(counted))["simpul_deliveries_overdue_seconds"])

        await stage.store["deliveries"].insert_one(lock | {"_id": "esok", "due": now + timedelta(days=1)})
        assert await overdue(1) == 0
        await stage.store["deliveries"].insert_one(lock | {"_id": "lama", "due": now - timedelta(hours=1)})
        assert 3_600 <= await overdue(2) < 3_700
