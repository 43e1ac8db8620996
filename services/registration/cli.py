"""What registration adds to the `simpul` command."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from services.registration.features import FEATURES
from services.registration.features.accounts.accounts_desk import office_invitations
from services.registration.features.accounts.domain.permissions import ROLES
from services.registration.features.people.people import ProvingSources
from services.registration.features.people.people_upgrade import is_upgraded, upgrade
from services.registration.import_sheet import WRONG_SETTINGS, import_sheet
from services.registration.kernel.commit import ClaimLost
from services.registration.kernel.digests import Digests
from services.registration.kernel.feature import OfficeStore
from services.registration.kernel.features import assemble
from services.registration.kernel.ports import DoesNotFit
from services.registration.settings import (
    AccountSettings,
    ParkedSettings,
    ProvisionSettings,
    RecordKeySettings,
    RecoverSettings,
    RepublishSettings,
)
from services.registration.storage.formats import holds_private, move_private
from services.registration.storage.parked_records import ParkedRecords
from services.registration.storage.provision import provision, require_key
from services.registration.storage.recover import recover
from services.registration.storage.rename_ledger import rename_ledger
from services.registration.storage.republish import republish
from shared.accounts.accounts_desk import COLLECTIONS
from shared.accounts.invitations import invited
from shared.cli import CommandRefused, ended_by
from shared.contracts import topics
from shared.kafka.connection import KafkaSettings
from shared.kafka.facts import OfficeStopped
from shared.kafka.offsets import group_members
from shared.mongo.driver import CommitUnknown, DatabaseMisfit, Driver, PyMongoError, Store, connect
from shared.mongo.indexes import require_indexes
from shared.office import Office, read_office
from shared.settings import office_file, read_settings
from shared.signatures import EntrySignatures, Signer

verbs = typer.Typer()
verbs.command("import")(import_sheet)


@verbs.command("parked")
def list_parked() -> None:
    """Pesan yang tidak dapat dibaca: topik, partisi, offset, waktu, alasan, keterangan; tanpa isinya."""
    settings = read_settings(ParkedSettings, WRONG_SETTINGS)
    try:
        asyncio.run(_print_parked(settings))
    except PyMongoError as error:
        typer.echo(f"MongoDB tidak menjawab sebagaimana mestinya ({type(error).__name__}).", err=True)
        raise typer.Exit(1) from None
    except DatabaseMisfit as misfit:
        typer.echo(str(misfit), err=True)
        raise typer.Exit(1) from None


async def _print_parked(settings: ParkedSettings) -> None:
    store = _register(settings)
    after: int | None = None
    try:
        while page := await ParkedRecords(store).page(after):
            for row in page:
                where = (row["topic"], row["partition"], row["offset"], row["at"].isoformat())
                typer.echo("\t".join(str(value) for value in (*where, row["reason"], row["why"])))
            after = page[-1]["_id"]
    finally:
        await store.close()


@verbs.command("public-keys")
def print_public_keys() -> None:
    """The public keys of SIMPUL_RECORD_KEYS, for SIMPUL_RECORD_PUBLIC_KEYS of the office's notification."""
    settings = read_settings(RecordKeySettings)
    typer.echo(",".join(Signer(settings.record_keys).public_texts))


@verbs.command("republish")
def republish_office() -> None:
    """Publish an office's facts and directory again from its ledger, after topics were lost.

    Makes the topics that lack. The office's registration does the publishing; readers know what they have.
    """
    settings = read_settings(RepublishSettings)
    ended_by(partial(_republish, settings))


async def _republish(settings: RepublishSettings) -> list[str]:
    store = _register(settings)
    try:
        return await republish(settings.office, store, settings.kafka, settings.replication)
    except DoesNotFit as misfit:
        raise CommandRefused(str(misfit)) from None
    finally:
        await store.close()


@verbs.command("recover")
def recover_office(
    new_ledger: Annotated[bool, typer.Option("--new-ledger", help="Its topics were lost, too")] = False,
) -> None:
    """Roll an office's older database forward from its own facts and directory; nobody is mailed.

    What does not come back is listed, and stays in the collection `lost`.
    """
    settings = read_settings(RecoverSettings)
    ended_by(partial(_recover, settings, new_ledger))


async def _recover(settings: RecoverSettings, new_ledger: bool) -> list[str]:
    store = _register(settings)
    of = OfficeStore(store, Digests(bytes.fromhex(settings.person_key)), settings.office)
    try:
        if new_ledger:
            return await rename_ledger(settings.office, store, settings.kafka, settings.replication)
        signer = settings.signer
        signatures = EntrySignatures(settings.office, signer.public if signer else None)
        return await recover(of, assemble(FEATURES), settings.kafka, settings.replication, signatures)
    except (DoesNotFit, ClaimLost, OfficeStopped) as refusal:
        raise CommandRefused(str(refusal)) from None
    except CommitUnknown:
        raise CommandRefused("MongoDB did not say whether it wrote: run it again") from None
    finally:
        await store.close()


def _register(settings: ParkedSettings | RepublishSettings) -> Store:
    return connect(
        settings.mongo_url, topics.database(settings.office, "registration"), settings.mongo_driver
    )


async def invite_account(email: str, role: str, activity: str | None) -> list[str]:
    """Raises `ValueError` where this is no address or no role, and `DatabaseMisfit`."""
    settings = read_settings(AccountSettings, WRONG_SETTINGS)
    store = connect(
        settings.mongo_url, topics.database(settings.office, "registration"), settings.mongo_driver
    )
    try:
        await require_indexes(store, COLLECTIONS["accounts"], f"simpul provision office {settings.office}")
        inviting = office_invitations(store, str(settings.public_url))
        return [await invited(inviting, email, ROLES.granted(role, activity), datetime.now(UTC))]
    finally:
        await store.close()


async def provision_office(code: str, mongo_url: str, driver: Driver, kafka: KafkaSettings) -> list[str]:
    """Make an office's topics and its register. Raises `ValueError`, `TopicMisfit`, `DatabaseMisfit`."""
    if not topics.OFFICE.match(code) or code == topics.NATIONAL:
        raise ValueError(
            f"{code} is no office's code: 2 to 20 small letters, digits, hyphens; not `national`"
        )
    settings = read_settings(ProvisionSettings)
    office = read_office(settings.office_file or office_file(code), code)
    store = connect(mongo_url, topics.database(code, "registration"), driver)
    try:
        said = await provision(
            code, store, assemble(FEATURES), kafka, settings.partitions, settings.replication
        )
        return said + await _upgrade(office, store, kafka, settings.person_key)
    finally:
        await store.close()


async def _upgrade(office: Office, store: Store, kafka: KafkaSettings, person_key: str | None) -> list[str]:
    """Raises `DatabaseMisfit`."""
    people = await is_upgraded(store)
    if people and not await holds_private(store):
        return []
    if await group_members(kafka.bootstrap, topics.group(office.code, "registration")):
        raise DatabaseMisfit(
            f"{store.name} was written by a former version: stop the registration of {office.code}, and run "
            "this again"
        )
    said = [] if people else await _upgrade_people(office, store, person_key)
    return said + await move_private(store)


async def _upgrade_people(office: Office, store: Store, person_key: str | None) -> list[str]:
    """Reads what facts hold in place. Raises `DatabaseMisfit`."""
    if person_key is None:
        raise DatabaseMisfit(f"{store.name} knows its people in a former way: set SIMPUL_PERSON_KEY, too")
    digests = Digests(bytes.fromhex(person_key))
    await require_key(store, digests)
    return await upgrade(store, digests, ProvingSources(office.code, frozenset(office.vouching_sources)))
