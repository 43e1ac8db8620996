"""Every mail as it would look for an example activity, written to files. Nobody in them exists."""

import email
import email.policy
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import yaml
from pydantic import ValidationError

from services.notification.channels.letterhead import Letterhead
from services.notification.features.gatherings.domain.policies import POLICIES
from services.notification.kernel.deliveries import Delivery
from services.notification.kernel.ports import Letter
from shared.contracts.activity import Activity
from shared.contracts.directory import ActivityEntry, RegistrationEntry
from shared.links import Links
from shared.office import OfficeFileInvalid, read_office

LINKS: Final = Links("https://kegiatan.balai.example", f"contoh:{'0' * 64}")
REGISTRATION: Final = "abcdefghijklmnopqrstuvwxyz234"
NAME: Final = "Ni Made Contoh, S.Pd., M.Pd."


class ExampleUnreadable(Exception):
    """The text names the file and what is wrong with it."""


def write_previews(folder: Path, examples: Path, offices: Path) -> int:
    """Each mail of each example as .eml, .txt and .html; returns how many. Raises `ExampleUnreadable`."""
    found = sorted(examples.glob("*/activity.yaml"))
    if not found:
        raise ExampleUnreadable(f"{examples} holds no folder with an activity.yaml")
    written = 0
    for path in found:
        code = path.parent.name.rpartition("-")[2]
        try:
            letterhead = Letterhead(read_office(offices / f"{code}.yaml", code), LINKS)
            activity = Activity.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (OSError, yaml.YAMLError, ValidationError, OfficeFileInvalid) as error:
            raise ExampleUnreadable(f"{path}: {type(error).__name__}: {error}") from None
        for name, letter in letters(activity, code):
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


def letters(activity: Activity, office: str) -> Iterator[tuple[str, Letter]]:
    """Name -> letter, of every template; again where who waits reads something else, and what is read once
    the activity is over."""
    first = activity.sessions[0]
    person = RegistrationEntry(
        rev=2, registration=REGISTRATION, activity=activity.id, name=NAME, email="made@sekolah.example"
    )
    now = ActivityEntry(
        rev=3,
        activity=activity.id,
        title=activity.title,
        sessions=activity.sessions,
        host=activity.host,
        reply_to=activity.reply_to,
    )
    day = timedelta(days=1)
    moved = first.model_copy(
        update={"starts": first.starts - day, "ends": first.ends - day, "place": "Aula balai"}
    )
    earlier = now.model_copy(update={"rev": 1, "sessions": (moved, *activity.sessions[1:])})
    for template, policy in POLICIES.items():
        reminding = template == "reminder"
        delivery = Delivery(
            f"{office}-0-3",
            template,
            activity.id,
            REGISTRATION,
            0,
            activity.opens,
            2,
            1,
            occasion=f"{first.id}.1" if reminding else "-",
            place=7 if template == "waitlisted" else None,
            starts=first.starts if reminding else None,
        )
        details = now
        if template == "activity-cancelled":
            details = now.model_copy(update={"cancelled": True, "reason": "Hotel ditutup karena banjir."})
        before = earlier if template == "activity-changed" else None
        yield template, Letter(delivery, person, details, before, seated=True)
        if policy.by_standing and not reminding:
            yield f"{template}-waiting", Letter(delivery, person, details, before, seated=False)
        if not reminding:
            yield f"{template}-over", Letter(delivery, person, details, before, seated=True, over=True)
