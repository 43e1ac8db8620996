"""The preview of mails: every template of both gatherings, as files to look at."""

import email
import email.policy
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.notification.cli import verbs
from tests.support.features import MAILS

RUNNER = CliRunner()


def test_every_mail_of_both_gatherings_is_written_three_ways(tmp_path: Path) -> None:
    folder = tmp_path / "surat"
    answer = RUNNER.invoke(verbs, [str(folder)])
    assert answer.exit_code == 0, answer.output
    for activity, office, zone in (
        ("rakor-bali-2024", "BGP Provinsi Bali", "WITA"),
        ("fgd-sumbar-2023", "BGP Provinsi Sumatera Barat", "WIB"),
    ):
        assert {path.stem for path in (folder / activity).glob("*.eml")} >= MAILS.templates.keys()
        for path in (folder / activity).glob("*.eml"):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            template = path.stem.removesuffix("-waiting").removesuffix("-over").removesuffix("-again")
            assert mail["From"].addresses[0].display_name == office
            assert mail["Subject"].startswith(f"{MAILS.templates[template].state}: ")
            assert mail["X-Simpul-Delivery"].split(":")[1] == template
            text = path.with_suffix(".txt").read_text(encoding="utf-8")
            page = path.with_suffix(".html").read_text(encoding="utf-8")
            assert text.startswith(office)
            assert zone in text
            assert zone in page
            assert "</html>" in page
    assert "wrote 68 mails" in answer.output


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "holds no folder with an activity.yaml"), ("id: x\n", "activity.yaml: ValidationError")],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, text: str | None, said: str) -> None:
    if text is not None:
        (tmp_path / "contoh-bali").mkdir()
        (tmp_path / "contoh-bali" / "activity.yaml").write_text(text)
    answer = RUNNER.invoke(verbs, [str(tmp_path / "surat"), "--examples", str(tmp_path)])
    assert answer.exit_code == 1
    assert said in answer.output
    assert not (tmp_path / "surat").exists()
