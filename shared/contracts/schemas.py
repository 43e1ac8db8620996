"""JSON Schemas of every message, from its model: `python -m shared.contracts.schemas [--check]`."""

import json
import sys
from pathlib import Path

from pydantic import BaseModel

from shared.contracts.commands import COMMANDS
from shared.contracts.directory import (
    AccountEntry,
    ActivityEntry,
    InvitationEntry,
    MaterialEntry,
    PartEntry,
    RegistrationEntry,
)
from shared.contracts.facts import FACTS, published
from shared.contracts.outcomes import Outcome
from shared.contracts.reports import NationalRow

FOLDER = Path(__file__).with_name("schemas")

REGISTRY: dict[str, type[BaseModel]] = {
    **COMMANDS,
    **{name: published(fact) for name, fact in FACTS.items()},
    "id.simpul.directory.registration.v1": RegistrationEntry,
    "id.simpul.directory.activity.v1": ActivityEntry,
    "id.simpul.directory.account.v1": AccountEntry,
    "id.simpul.directory.material.v1": MaterialEntry,
    "id.simpul.directory.invitation.v1": InvitationEntry,
    "id.simpul.directory.part.v1": PartEntry,
    NationalRow.type: NationalRow,
    "id.simpul.outcome.v1": Outcome,
}
"""Every message that leaves a service, by its name."""


def rendered() -> dict[str, str]:
    """File name -> text of the schema, open for readers (a newer writer may add fields)."""
    return {
        f"{name}.json": json.dumps(model.model_json_schema(), indent=1, sort_keys=True) + "\n"
        for name, model in REGISTRY.items()
    }


def stale() -> list[str]:
    """Names of committed files that are missing, differ, or belong to no message."""
    wanted = rendered()
    found = {file.name: file.read_text() for file in FOLDER.glob("*.json")}
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def main() -> None:
    if "--check" in sys.argv:
        if names := stale():
            sys.exit("schemas are stale, run `make schemas`: " + ", ".join(names))
        return
    FOLDER.mkdir(exist_ok=True)
    for name in stale():
        (FOLDER / name).unlink(missing_ok=True)
    for name, text in rendered().items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
