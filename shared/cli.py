"""The `simpul` command: the verbs of whichever services are installed beside it."""

from importlib.metadata import entry_points

import typer


def main() -> None:
    app = typer.Typer(
        no_args_is_help=True, add_completion=False, help="Simpul: kegiatan balai, dari undangan."
    )
    for found in entry_points(group="simpul.verbs"):
        try:
            verbs = found.load()
        except ModuleNotFoundError as error:
            if not (error.name or "").startswith("services"):
                raise
            continue  # an image holds one service only
        app.add_typer(verbs)
    app()
