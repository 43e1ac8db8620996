from hashlib import sha256
from pathlib import Path

import pytest
import yaml

from services.registration.features.gatherings.sheets.excel import read_sheet
from services.registration.features.gatherings.sheets.sheet_row import command_id
from shared.contracts.commands import PublishActivity

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("folder", ["rakor-bali", "fgd-sumbar"])
def test_the_activities_are_valid_commands(folder: str) -> None:
    activity = PublishActivity.model_validate(
        yaml.safe_load((EXAMPLES / folder / "activity.yaml").read_text())
    )
    assert len(activity.sessions) == 3


def test_the_committees_sheet_has_eight_wrong_rows_and_its_mended_form_none() -> None:
    first = read_sheet((EXAMPLES / "rakor-bali/undangan.xlsx").read_bytes(), "rakor-bali-2024")
    mended = read_sheet((EXAMPLES / "rakor-bali/undangan-perbaikan.xlsx").read_bytes(), "rakor-bali-2024")
    assert (len(first.rows), first.refused_rows) == (292, 8)
    assert (len(mended.rows), mended.refused_rows) == (300, 0)
    assert {row.command.encoded() for row in first.rows} < {row.command.encoded() for row in mended.rows}


def test_a_list_that_was_sent_before_is_the_same_commands() -> None:
    rows = read_sheet((EXAMPLES / "rakor-bali/undangan.xlsx").read_bytes(), "u").rows
    ids = "".join(command_id(b"k", row.command) for row in rows)
    assert sha256(ids.encode()).hexdigest()[:12] == "f203f452c34a", "a new id is a command more for each row"


def test_all_people_are_made_up() -> None:
    mended = read_sheet((EXAMPLES / "rakor-bali/undangan-perbaikan.xlsx").read_bytes(), "rakor-bali-2024")
    for person in (row.command.participant for row in mended.rows):
        assert person.email.endswith(".example")
        assert person.nip is None or person.nip.startswith("193")
        assert person.phone is None or person.phone.startswith("0800 0000")
