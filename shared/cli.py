"""The `simpul` command: the verbs of whichever services are installed beside it."""

import asyncio
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import typer

from shared.kafka.offsets import GroupBusy
from shared.kafka.topics import TopicMisfit
from shared.mongo.driver import DatabaseMisfit
from shared.settings import CommonSettings

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
    settings = CommonSettings()
    _provision(
        [
            make(code, settings.mongo_url, settings.mongo_driver, settings.kafka)
            for _, make in installed("simpul.provision.office")
        ]
    )


@provision.command("national")
def provision_national() -> None:
    """Make what the national reporting needs."""
    settings = CommonSettings()
    _provision(
        [
            make(settings.mongo_url, settings.mongo_driver, settings.kafka)
            for _, make in installed("simpul.provision.national")
        ]
    )


def _provision(steps: list[Any]) -> None:
    async def all_of_them() -> list[str]:
        return [sentence for step in steps for sentence in await step]

    try:
        said = asyncio.run(all_of_them())
    except (TopicMisfit, DatabaseMisfit, GroupBusy, ValueError) as misfit:
        typer.echo(str(misfit), err=True)
        raise typer.Exit(1) from None
    for sentence in said or ["everything is in place"]:
        typer.echo(sentence)


def main() -> None:
    app = typer.Typer(
        no_args_is_help=True, add_completion=False, help="Simpul: kegiatan balai, dari undangan."
    )
    app.add_typer(provision, name="provision")
    for _, verbs in installed("simpul.verbs"):
        app.add_typer(verbs)
    app()
