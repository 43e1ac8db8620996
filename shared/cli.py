"""The `simpul` command: the verbs of whichever services are installed beside it."""

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated, Any

import typer

from shared.check import Check, report
from shared.kafka.connection import is_away
from shared.kafka.offsets import GroupBusy
from shared.kafka.topics import TopicMisfit
from shared.mongo.driver import DatabaseMisfit, PyMongoError
from shared.office import OfficeFileInvalid
from shared.settings import USAGE, CommonSettings, read_settings

Step = Callable[[], Coroutine[Any, Any, list[str]]]
Checks = Callable[[], AbstractAsyncContextManager[list[Check]]]


class CommandRefused(Exception):
    """A verb cannot do what it was asked; the text says why, and what to do."""


account = typer.Typer(no_args_is_help=True, help="Akun orang yang bekerja dengan layanan.")
provision = typer.Typer(no_args_is_help=True, help="Make topics, databases and cursors; safe to repeat.")


def installed(group: str) -> list[tuple[str, Any]]:
    """What the installed services offer under a name; an image holds one service only."""
    found: list[tuple[str, Any]] = []
    for point in sorted(entry_points(group=group), key=_registration_first):
        try:
            found.append((point.name, point.load()))
        except ModuleNotFoundError as error:
            if not (error.name or "").startswith("services"):
                raise
    return found


def _registration_first(point: EntryPoint) -> tuple[bool, str]:
    return point.name != "registration", point.name  # it makes the topics that the others read


@provision.command("office")
def provision_office(code: str) -> None:
    """Make an office: `simpul provision office bali`."""
    settings = read_settings(CommonSettings)
    _provision(
        partial(make, code, settings.mongo_url, settings.mongo_driver, settings.kafka)
        for _, make in installed("simpul.provision.office")
    )


@provision.command("national")
def provision_national() -> None:
    """Make what the national reporting needs."""
    settings = read_settings(CommonSettings)
    _provision(
        partial(make, settings.mongo_url, settings.mongo_driver, settings.kafka)
        for _, make in installed("simpul.provision.national")
    )


@account.command("invite")
def invite_account(
    email: str,
    role: Annotated[str, typer.Option("--role", help="Perannya")],
    activity: Annotated[str | None, typer.Option("--activity", help="Hanya kegiatan ini")] = None,
) -> None:
    """Undang seseorang: tautannya dicetak; balai juga mengirimnya. Diulangi: tautan baru, peran ini.

    Tanpa SIMPUL_OFFICE: ke akun direktorat.
    """
    invites = [invite for _, invite in installed(f"simpul.invite.{_which()}")]
    if not invites:
        raise _ended("SIMPUL_OFFICE names the office whose account it is", USAGE)
    for invite in invites:
        ended_by(partial(invite, email, role, activity))


def check() -> None:
    """What an office's services need, or, without SIMPUL_OFFICE, the nation's: what is wrong, what to do."""
    if not asyncio.run(_check([make for _, make in installed(f"simpul.check.{_which()}")])):
        raise typer.Exit(1)


def _which() -> str:
    return "office" if os.environ.get("SIMPUL_OFFICE") else "national"


def rebuild() -> typer.Typer:
    """`simpul rebuild reporting`, `simpul rebuild registration`: of whichever is installed."""
    group = typer.Typer(no_args_is_help=True, help="Fold what is stored from the facts once more.")
    for name, verb in installed("simpul.rebuild"):
        group.command(name)(verb)
    return group


async def _check(makers: list[Checks]) -> bool:
    all_well = True
    for make in makers:
        async with make() as checks:
            typer.echo(f"{make.__module__.split('.')[1]}")
            lines, well = await report(checks)
        all_well = all_well and well
        for line in lines:
            typer.echo(f"  {line}")
    return all_well


def _provision(steps: Iterable[Step]) -> None:
    """Take the steps in turn; what one refuses is said in a sentence, and the rest is left alone."""

    async def all_of_them() -> list[str]:
        return [sentence for step in steps for sentence in await step()]

    ended_by(all_of_them)


def ended_by(step: Step) -> None:
    """Take a step and print what it says; what it refuses is said in a sentence, with exit 1 or 2."""
    try:
        said = asyncio.run(step())
    except ValueError as wrong:
        raise _ended(str(wrong), USAGE) from None
    except (TopicMisfit, DatabaseMisfit, GroupBusy, OfficeFileInvalid, CommandRefused) as misfit:
        raise _ended(str(misfit)) from None
    except PyMongoError as error:
        raise _ended(f"MongoDB does not answer as it must ({type(error).__name__})") from None
    except Exception as error:
        if not is_away(error):
            raise
        raise _ended(f"Kafka does not answer ({type(error).__name__})") from None
    for sentence in said or ["everything is in place"]:
        typer.echo(sentence)


def _ended(sentence: str, code: int = 1) -> typer.Exit:
    typer.echo(sentence, err=True)
    return typer.Exit(code)


def main() -> None:
    logging.getLogger().addHandler(logging.NullHandler())  # who types a command reads our sentences alone
    app = typer.Typer(
        no_args_is_help=True, add_completion=False, help="Simpul: kegiatan balai, dari undangan."
    )
    app.add_typer(provision, name="provision")
    app.add_typer(account, name="account")
    app.command()(check)
    app.add_typer(rebuild(), name="rebuild")
    for _, verbs in installed("simpul.verbs"):
        app.add_typer(verbs)
    app()
