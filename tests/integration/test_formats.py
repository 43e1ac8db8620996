"""Which versions of rows a database may hold, and that no older program starts on a newer one."""

import uuid
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from services.notification.storage import provision as notification
from services.reporting.storage import provision as reporting
from shared.mongo.driver import DatabaseMisfit, Store, connect
from shared.mongo.formats import mark_formats, require_formats
from tests.support.drivers import driver
from tests.support.features import MAILS
from tests.support.servers import Servers

pytestmark = [pytest.mark.broker, pytest.mark.once]


@pytest_asyncio.fixture
async def store(servers: Servers) -> AsyncIterator[Store]:
    made = connect(servers.mongo, f"test_{uuid.uuid4().hex[:12]}", driver())
    yield made
    await made.drop()
    await made.close()


async def test_a_version_is_raised_and_never_lowered(store: Store) -> None:
    await require_formats(store, {"plans": 1}, "simpul provision")
    with pytest.raises(DatabaseMisfit, match="holds plans in version 1, not 2: run `simpul provision`"):
        await require_formats(store, {"plans": 2}, "simpul provision")
    await mark_formats(store, {"plans": 2})
    await mark_formats(store, {"plans": 1})
    await require_formats(store, {"plans": 2}, "simpul provision")
    with pytest.raises(DatabaseMisfit, match="it was written by a newer one"):
        await require_formats(store, {"plans": 1}, "simpul provision")


async def test_the_nation_and_the_mails_do_not_start_on_what_a_newer_version_wrote(store: Store) -> None:
    await reporting.provision(store)
    await reporting.require_provisioned(store)
    await mark_formats(store, {"cells": 2})
    with pytest.raises(DatabaseMisfit, match="holds cells in version 2, and this program knows 1"):
        await reporting.require_provisioned(store)
    await store.drop()
    await notification.provision(store, MAILS, ("t",), 1)
    await notification.birth(store, MAILS)
    await mark_formats(store, {"deliveries": 2})
    with pytest.raises(DatabaseMisfit, match="holds deliveries in version 2, and this program knows 1"):
        await notification.birth(store, MAILS)
