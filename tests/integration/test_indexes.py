"""What provisioning makes of a database's shape, and what a service wants to find of it before it starts."""

import uuid
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from services.notification.storage import provision as notification
from services.registration.storage import provision as registration
from services.reporting.storage import provision as reporting
from shared.mongo.driver import DatabaseMisfit, Store, connect
from shared.mongo.indexes import Index, make_indexes, require_indexes
from tests.support.drivers import driver
from tests.support.features import ALL, MAILS
from tests.support.office import new_office
from tests.support.servers import Servers

pytestmark = [pytest.mark.broker, pytest.mark.once]
TABLES = {
    "registration": registration.indexes(ALL),
    "notification": notification.indexes(MAILS),
    "reporting": reporting.INDEXES,
}


@pytest_asyncio.fixture
async def store(servers: Servers) -> AsyncIterator[Store]:
    made = connect(servers.mongo, f"test_{uuid.uuid4().hex[:12]}", driver())
    yield made
    await made.drop()
    await made.close()


@pytest.mark.both_drivers
@pytest.mark.parametrize("service", TABLES)
async def test_each_index_that_provisioning_makes_is_asked_for(store: Store, service: str) -> None:
    table = TABLES[service]
    with pytest.raises(DatabaseMisfit):
        await require_indexes(store, table, "simpul provision")
    await make_indexes(store, table)
    await require_indexes(store, table, "simpul provision")
    for index in table:
        await store[index.collection].drop_index(list(index.keys))
        lacks = f"lacks the index of {index.collection} by .*{index.keys[-1][0]}: run `simpul provision`"
        with pytest.raises(DatabaseMisfit, match=lacks):
            await require_indexes(store, table, "simpul provision")
        await make_indexes(store, [index])
    await require_indexes(store, table, "simpul provision")


async def test_an_index_that_deletes_nothing_is_not_the_one_that_does(store: Store) -> None:
    wanted = Index("uploads", (("until", 1),), expires=0)
    await make_indexes(store, [wanted._replace(expires=None)])
    with pytest.raises(DatabaseMisfit):
        await require_indexes(store, [wanted], "simpul provision")


async def test_registration_does_not_start_where_uploads_would_be_kept_for_ever(servers: Servers) -> None:
    async with new_office(servers) as office:
        await office.store["uploads"].drop_index([("until", 1)])
        sentence = f"lacks the index of uploads by until: run `simpul provision office {office.code}`"
        with pytest.raises(DatabaseMisfit, match=sentence):
            async with office.registration():
                pass


async def test_the_nation_and_the_mails_do_not_start_without_their_indexes(store: Store) -> None:
    await reporting.provision(store)
    await store["cells"].drop_index([("month", 1)])
    with pytest.raises(DatabaseMisfit, match="cells by month: run `simpul provision national`"):
        await reporting.require_provisioned(store)
    await store.drop()
    await notification.provision(store, MAILS, ("t",), 1)
    await store["deliveries"].drop_index([("registration", 1)])
    with pytest.raises(DatabaseMisfit, match="deliveries by registration: run `simpul provision office`"):
        await notification.birth(store, MAILS)
