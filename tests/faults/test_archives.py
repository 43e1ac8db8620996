"""An archive taken at any step of a batch is put back while the log went on: readiness says so, and nothing
is decided on the older register."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from services.registration.kernel import partition_processors
from services.registration.storage.ledger import Ledger
from services.registration.storage.provision import collections
from tests.faults.test_log_and_ledger import decided_some, submission, submitted, until_said
from tests.support.backup import Dump, dump, restore
from tests.support.features import ALL
from tests.support.office import TestOffice, new_office
from tests.support.servers import Servers
from tests.support.waiting import until

pytestmark = pytest.mark.broker
OLDER: Final = "the database is older than its log; run `simpul recover`"
MOMENTS: Final[dict[str, tuple[str, bool, bool]]] = {
    "before the transaction": ("commit", False, False),
    "within the transaction": ("write", True, False),
    "after the commit, before publishing": ("commit", True, True),
    "after publishing, before the pointer": ("mark_published", False, True),
    "after the pointer": ("mark_published", True, True),
}
"""The ledger's step, whether the archive is taken behind it, and whether it holds the batch's fact."""


@pytest.fixture(autouse=True)
def _look_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition_processors, "LOOK_AGAIN_SECONDS", 1.0)


def archiving(office: TestOffice, step: str, behind: bool, wanted: Callable[[Any], bool]) -> Any:
    """The ledger's step, which takes one archive when it comes to what is wanted; and that archive."""
    plain, archives = getattr(Ledger, step), list[Dump]()

    async def watched(ledger: Ledger, *given: Any) -> Any:
        take = wanted(given[0]) and not archives
        if take and not behind:
            archives.append(await dump(office.store, *collections(ALL)))
        result = await plain(ledger, *given)
        if take and behind:
            archives.append(await dump(office.store, *collections(ALL)))
        return result

    return watched, archives


def has_facts(given: Any) -> bool:
    """A commit of any, or the cursor whose pointer moves over some."""
    return bool(getattr(given, "facts", True))


@pytest.mark.parametrize("moment", MOMENTS)
async def test_an_archive_of_any_moment_that_lacks_facts_says_so(
    servers: Servers, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    step, behind, holds = MOMENTS[moment]
    async with new_office(servers) as office:
        async with office.registration():
            await decided_some(office)
            watched, archives = archiving(office, step, behind, has_facts)

            async def taken(archives: list[Dump] = archives) -> bool:
                return bool(archives)

            with monkeypatch.context() as patched:
                patched.setattr(Ledger, step, watched)
                await submitted(office, range(3, 4))
                await until(taken)
                await office.at_rest()
            (archive,) = archives
            if holds:  # then it lacks what comes after it
                await submitted(office, range(4, 5))
                await office.at_rest()
        facts = await office.store["facts"].count_documents({})
        await restore(office.store, archive)
        held = await office.store["facts"].count_documents({})
        assert held < facts
        async with office.registration() as client:
            await until_said(client, OLDER)
            await office.put(submission(9), "uji", "p9")
            await until_said(client, OLDER)

            async def looked_again() -> bool:
                before = await epochs(office)
                await until_said(client, OLDER)
                return await epochs(office) != before

            await until(looked_again)
            assert await office.store["facts"].count_documents({}) == held


async def epochs(office: TestOffice) -> list[int]:
    return [row["epoch"] for row in await office.store["cursors"].find({}).sort("_id", 1).to_list(None)]
