"""The verbs that an office's registration adds to the `simpul` command."""

import typer

from services.registration.entrypoints.import_sheet import import_sheet

verbs = typer.Typer()
verbs.command("import")(import_sheet)
