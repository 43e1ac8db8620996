"""What notification adds to the `simpul` command."""

from pathlib import Path
from typing import Annotated

import typer

from services.notification.channels.preview import ExampleUnreadable, write_previews
from services.notification.features import FEATURES
from services.notification.kernel.mail_features import assemble

verbs = typer.Typer()


@verbs.command("mails")
def preview_mails(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="Where to write; made if missing")],
    examples: Annotated[
        Path, typer.Option(file_okay=False, help="Folders with an activity.yaml each")
    ] = Path("examples"),
    offices: Annotated[Path, typer.Option(file_okay=False, help="Descriptions of offices")] = Path("offices"),
) -> None:
    """Write every mail as it would look for each example, as .eml, .txt and .html, to look at them.

    An example's folder ends with its office's code: examples/rakor-bali is of offices/bali.yaml.
    """
    try:
        written = write_previews(assemble(FEATURES), folder, examples, offices)
    except ExampleUnreadable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"wrote {written} mails to {folder}")
