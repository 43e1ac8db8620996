"""`simpul check`: whatever a service needs, looked at piece by piece, with what to do where it is wrong."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from shared.kafka.topics import TopicMisfit, admin
from shared.mongo.driver import DatabaseMisfit, Store
from shared.settings import CommonSettings

LOOK_SECONDS = 15.0


class Finding(Exception):
    """What is wrong and what to do, in a sentence."""


@dataclass(frozen=True, slots=True)
class Check:
    """`look` raises where something is wrong: a misfit says so itself, all else is told by `remedy`."""

    about: str
    look: Callable[[], Awaitable[object]]
    remedy: str

    async def wrong(self) -> str | None:
        """What is wrong and what to do, in a sentence that repeats no setting's value."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self.look()
        except (TopicMisfit, DatabaseMisfit, Finding) as misfit:
            return str(misfit)
        except Exception as error:
            return f"{type(error).__name__}; {self.remedy}"
        return None


def servers(settings: CommonSettings, store: Store) -> list[Check]:
    """The two that every service needs."""

    async def kafka() -> None:
        async with admin(settings.kafka_bootstrap) as client:
            await client.list_topics()

    return [
        Check("Kafka", kafka, "see that the broker runs where SIMPUL_KAFKA_BOOTSTRAP says"),
        Check("MongoDB", store.ping, "see that a primary answers where SIMPUL_MONGO_URL says"),
    ]


async def report(checks: Iterable[Check]) -> tuple[list[str], bool]:
    """A line for each, in order, and whether all is well."""
    lines, well = [], True
    for check in checks:
        wrong = await check.wrong()
        well = well and wrong is None
        lines.append(f"wrong  {check.about}: {wrong}" if wrong else f"ok     {check.about}")
    return lines, well
