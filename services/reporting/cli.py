"""What reporting adds to the `simpul` command."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from services.reporting.domain.permissions import ROLES
from services.reporting.entrypoints.frame import directorate_invitations
from services.reporting.settings import AccountSettings, ProvisionSettings
from services.reporting.storage.comparing import Keys
from services.reporting.storage.lease import FiguresHeld, LeaseLost
from services.reporting.storage.provision import REPORTS, provision, require_provisioned
from services.reporting.storage.rebuilding import Rebuild, RebuildBusy
from services.reporting.storage.refolding import TopicLacks
from services.reporting.storage.reset_office import reset_office
from shared.accounts.invitations import invited
from shared.cli import CommandRefused, ended_by
from shared.contracts.topics import NATIONAL_DATABASE
from shared.kafka.connection import KafkaSettings
from shared.kafka.facts import OfficeStopped
from shared.kafka.records import let_batches_live
from shared.kafka.topics import admin, ensure_topic
from shared.mongo.driver import Driver, connect
from shared.settings import CommonSettings, read_settings

SHOWN = 50  # keys


def rebuild_reporting(
    check: Annotated[bool, typer.Option("--check", help="Only compare; write nothing")] = False,
    anew: Annotated[str, typer.Option(metavar="OFFICE", help="Take an office whose ledger is new")] = "",
) -> None:
    """Count all facts once more, compare byte for byte, and put right what differs; the service may run.

    Exit 0 where nothing differed, 1 where something did: its keys are named.
    """
    settings = read_settings(CommonSettings)
    ended_by(partial(_reset_office, settings, anew) if anew else partial(_rebuild, settings, not check))


async def _reset_office(settings: CommonSettings, office: str) -> list[str]:
    store = connect(settings.mongo_url, NATIONAL_DATABASE, settings.mongo_driver)
    try:
        await require_provisioned(store)
        return await reset_office(store, office)
    except LookupError as unknown:
        raise CommandRefused(str(unknown)) from None
    except FiguresHeld:
        raise CommandRefused("a rebuild came between: run it again") from None
    finally:
        await store.close()


async def _rebuild(settings: CommonSettings, mend: bool) -> list[str]:
    let_batches_live()
    store = connect(settings.mongo_url, NATIONAL_DATABASE, settings.mongo_driver)
    try:
        await require_provisioned(store)
        compared, differed = await Rebuild(store, settings.kafka_bootstrap).run(mend)
    except (RebuildBusy, TopicLacks, OfficeStopped) as refusal:
        raise CommandRefused(str(refusal)) from None
    except (LeaseLost, FiguresHeld):
        raise CommandRefused(
            "another rebuild came between, or this one stood still too long: run it again"
        ) from None
    finally:
        await store.close()
    if differed:
        raise CommandRefused(_told(differed, mend))
    return [f"{compared} documents are what the facts add up to"]


def _told(differed: Keys, mended: bool) -> str:
    lines = [f"{name} {key}" for name, keys in differed.items() for key in keys]
    more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    head = f"{len(lines)} documents differed from what the facts add up to" + (
        "; they were put right:" if mended else ":"
    )
    return "\n".join([head, *lines[:SHOWN], *more])


async def invite_account(email: str, role: str, activity: str | None) -> list[str]:
    """Raises `ValueError` where this is no address or no role, and `DatabaseMisfit`."""
    settings = read_settings(AccountSettings)
    store = connect(settings.mongo_url, NATIONAL_DATABASE, settings.mongo_driver)
    try:
        await require_provisioned(store)
        inviting = directorate_invitations(store, str(settings.public_url))
        return [await invited(inviting, email, ROLES.granted(role, activity), datetime.now(UTC))]
    finally:
        await store.close()


async def provision_national(mongo_url: str, driver: Driver, kafka: KafkaSettings) -> list[str]:
    """Make what is missing; returns what was made, in sentences. Topics of offices are theirs to make.

    Raises `TopicMisfit`.
    """
    replication = read_settings(ProvisionSettings).replication
    store = connect(mongo_url, NATIONAL_DATABASE, driver)
    try:
        async with admin(kafka.bootstrap) as client:
            said = await ensure_topic(client, REPORTS, replication)
        return said + await provision(store)
    finally:
        await store.close()
