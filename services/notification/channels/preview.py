"""Every mail as it would look for an example activity, written to files."""

import email
import email.policy
from pathlib import Path
from typing import Final

import yaml
from pydantic import ValidationError

from services.notification.channels.letterhead import Letterhead
from services.notification.kernel.mail_features import MailFeatures
from shared.contracts.activity import Activity
from shared.links import Links
from shared.office import OfficeFileInvalid, read_office

LINKS: Final = Links("https://kegiatan.balai.example", f"contoh:{'0' * 64}")


class ExampleUnreadable(Exception):
    """The text names the file and what is wrong with it."""


def write_previews(features: MailFeatures, folder: Path, examples: Path, offices: Path) -> int:
    """Each mail of each example as .eml, .txt and .html; returns how many. Raises `ExampleUnreadable`."""
    found = sorted(examples.glob("*/activity.yaml"))
    if not found:
        raise ExampleUnreadable(f"{examples} holds no folder with an activity.yaml")
    written = 0
    for path in found:
        code = path.parent.name.rpartition("-")[2]
        try:
            letterhead = Letterhead(read_office(offices / f"{code}.yaml", code), LINKS, features)
            activity = Activity.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (OSError, yaml.YAMLError, ValidationError, OfficeFileInvalid) as error:
            raise ExampleUnreadable(f"{path}: {type(error).__name__}: {error}") from None
        letters = [one for feature in features.features for one in feature.examples(activity, code)]
        for name, letter in letters:
            write_mail(folder / activity.id / name, letterhead.write(letter))
            written += 1
    return written


def write_mail(path: Path, content: bytes) -> None:
    """The mail, and its text and page as a mail client reads them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".eml").write_bytes(content)
    mail = email.message_from_bytes(content, policy=email.policy.default)
    for kind, suffix in (("plain", ".txt"), ("html", ".html")):
        part = mail.get_body((kind,))
        assert part is not None, "every mail says the same as text and as a page"
        path.with_suffix(suffix).write_text(part.get_content(), encoding="utf-8")
