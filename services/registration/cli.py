"""What registration adds to the `simpul` command."""

import typer

from services.registration.adapters.provision import provision
from services.registration.import_sheet import import_sheet
from services.registration.settings import ProvisionSettings
from shared.contracts import topics
from shared.kafka.connection import KafkaSettings
from shared.mongo.driver import Driver, connect
from shared.settings import read_settings

verbs = typer.Typer()
verbs.command("import")(import_sheet)


async def provision_office(code: str, mongo_url: str, driver: Driver, kafka: KafkaSettings) -> list[str]:
    """Make an office's topics and its register. Raises `ValueError`, `TopicMisfit`, `DatabaseMisfit`."""
    if not topics.OFFICE.match(code) or code == topics.NATIONAL:
        raise ValueError(
            f"{code} is no office's code: 2 to 20 small letters, digits, hyphens; not `national`"
        )
    settings = read_settings(ProvisionSettings)
    store = connect(mongo_url, topics.database(code, "registration"), driver)
    try:
        return await provision(code, store, kafka, settings.partitions, settings.replication)
    finally:
        await store.close()
