"""`simpul rebuild registration --check`: are the stored states what the ledger leads to?"""

from functools import partial
from typing import Annotated

import typer

from services.registration.features import FEATURES
from services.registration.kernel.feature import FactWithoutState
from services.registration.kernel.features import assemble
from services.registration.settings import ParkedSettings
from services.registration.storage.formats import formats
from services.registration.storage.state_check import check_states, differences, left_out
from services.registration.storage.stored_fact import LedgerUnreadable
from shared.cli import CommandRefused, ended_by
from shared.contracts import topics
from shared.mongo.driver import DatabaseMisfit, connect
from shared.mongo.formats import require_formats
from shared.settings import USAGE, read_settings


def rebuild_registration(
    check: Annotated[bool, typer.Option("--check", help="Compare; nothing is written")] = False,
) -> None:
    """Fold all facts of an office once more and compare with its stored states; the service may run.

    Exit 0 where they are equal byte for byte, 1 where some differ: they are named by kind and id.
    """
    if not check:
        typer.echo("states are only compared: simpul rebuild registration --check", err=True)
        raise typer.Exit(USAGE)
    settings = read_settings(ParkedSettings)
    ended_by(partial(_check_states, settings))


async def _check_states(settings: ParkedSettings) -> list[str]:
    store = connect(
        settings.mongo_url, topics.database(settings.office, "registration"), settings.mongo_driver
    )
    features = assemble(FEATURES)
    try:
        if not await store["cursors"].count_documents({}):
            raise DatabaseMisfit(f"{store.name} was not provisioned")
        await require_formats(store, formats(features), f"simpul provision office {settings.office}")
        findings = await check_states(store, features)
    except (LedgerUnreadable, FactWithoutState) as unreadable:
        raise CommandRefused(str(unreadable)) from None
    finally:
        await store.close()
    if findings.mismatches or findings.surplus:
        raise CommandRefused("\n".join([*differences(findings), *left_out(findings)]))
    return [
        f"{findings.states} states are what {findings.facts} facts lead to, byte for byte",
        *left_out(findings),
    ]
