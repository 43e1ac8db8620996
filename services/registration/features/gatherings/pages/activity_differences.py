"""What is different of an activity that staff change, field by field, and whether participants must hear."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from services.registration.features.gatherings.pages.activity_as_typed import duration_typed
from services.registration.features.gatherings.pages.activity_form import (
    APPROVAL,
    ATTENDANCE,
    LABELS,
    OFFERS,
    ONLY,
    REMINDERS,
)
from services.registration.features.gatherings.pages.typed_activity import YES
from services.registration.features.gatherings.question_words import question_words
from shared.activity_changes import changes
from shared.contracts.activity import Activity, Quota, Session, Speaker, last_end
from shared.contracts.questions import Question
from shared.words import kind_label, moment, number, span, words

_TEXTS: Final = ("title", "host", "reply_to", "purpose", "description", "rundown")
_DURATIONS: Final = {
    "reminder_before": REMINDERS,
    "attendance_opens_before": ATTENDANCE,
    "offer_within": OFFERS,
}
_OF_SESSION: Final = {
    "title": "acara",
    "place": "tempat",
    "map": "peta",
    "link": "tautan",
    "regency": "daerah",
}


class Difference(NamedTuple):
    """`old`, `new`: as people read them, None where there is nothing; a quota where the page says for whom it
    is."""

    label: str
    old: Any
    new: Any


def fields_changed(before: Activity, after: Activity) -> dict[str, Any]:
    """What a command that changes it says; a null takes a field away."""
    names = [name for name in Activity.model_fields if getattr(after, name) != getattr(before, name)]
    written = after.model_dump(mode="json", include={*names}, exclude_none=True)
    return {name: written.get(name) for name in names if name != "id"}


def participants_hear(before: Activity, after: Activity, now: datetime) -> bool:
    """Whether its change is mailed: of a title, an hour, a place, a link, before the last session ends."""
    ends = max(end for end in (last_end(before.sessions), last_end(after.sessions)) if end)
    return now < ends and bool(changes(before, after))


def differences(before: Activity, after: Activity, zone: str) -> list[Difference]:
    """In the order of the form. Registration's times in the office's `zone`."""
    return [
        *_of_whole(before, after, zone),
        *_of_sessions(before, after),
        *_of_quotas(before, after),
        *_of_questions(before, after),
    ]


def _of_whole(before: Activity, after: Activity, zone: str) -> Iterator[Difference]:
    if before.kind != after.kind:
        yield Difference(LABELS["kind"], kind_label(before.kind), kind_label(after.kind))
    for name in ("opens", "closes"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield Difference(LABELS[name], moment(old, zone), moment(new, zone))
    for name in _TEXTS:
        if getattr(before, name) != getattr(after, name):
            yield Difference(LABELS[name], getattr(before, name), getattr(after, name))
    for name in ("speakers", "topics"):
        if getattr(before, name) != getattr(after, name):
            yield Difference(LABELS[name], _lines(getattr(before, name)), _lines(getattr(after, name)))
    if before.contact != after.contact:
        yield Difference(LABELS["contact.name"], *map(_contact, (before.contact, after.contact)))
    for name, labels in {"invitation_only": ONLY, "approval": APPROVAL}.items():
        old, new = (YES if getattr(one, name) else "" for one in (before, after))
        if old != new:
            yield Difference(LABELS[name], labels[old], labels[new])
    for name, labels in _DURATIONS.items():
        old, new = duration_typed(getattr(before, name)), duration_typed(getattr(after, name))
        if old != new:
            yield Difference(LABELS[name], labels.get(old, old), labels.get(new, new))


def _of_sessions(before: Activity, after: Activity) -> Iterator[Difference]:
    stood = {session.id: session for session in before.sessions}
    for session in after.sessions:
        if (old := stood.pop(session.id, None)) is None:
            yield Difference(f"Pertemuan baru, {session.title}", None, span(session))
        else:
            yield from _of_session(old, session)
    for session in stood.values():
        yield Difference(f"Pertemuan dihapus, {session.title}", span(session), None)


def _of_session(old: Session, new: Session) -> Iterator[Difference]:
    name = f"Pertemuan {old.title}"
    if (old.starts, old.ends, old.zone) != (new.starts, new.ends, new.zone):
        yield Difference(f"{name}, waktu", span(old), span(new))
    for field, label in _OF_SESSION.items():
        if getattr(old, field) != getattr(new, field):
            yield Difference(f"{name}, {label}", getattr(old, field), getattr(new, field))
    if old.jp != new.jp:
        yield Difference(f"{name}, JP", number(old.jp), number(new.jp))


def _of_quotas(before: Activity, after: Activity) -> Iterator[Difference]:
    stood: dict[str, Quota] = {quota.id: quota for quota in before.quotas}
    for quota in after.quotas:
        old = stood.pop(quota.id, None)
        if old != quota:
            yield Difference(f"Kuota {words(quota.id)}", old, quota)
    for quota in stood.values():
        yield Difference(f"Kuota {words(quota.id)}, dihapus", quota, None)


def _of_questions(before: Activity, after: Activity) -> Iterator[Difference]:
    """With what it does to those who registered before."""
    stood = {question.id: question for question in before.questions}
    for question in after.questions:
        old, name = stood.pop(question.id, None), question.words
        if old is None:
            new = f"{question_words(question)}. Yang sudah mendaftar tidak ditanyai lagi"
            yield Difference(f"Pertanyaan baru, {name}", None, new)
        elif old != question:
            yield Difference(f"Pertanyaan {name}", _told(old, name), _told(question, name))
    for question in stood.values():
        gone = "dihapus, beserta semua jawaban yang sudah masuk"
        yield Difference(f"Pertanyaan {question.words}", question_words(question), gone)


def _told(question: Question, name: str) -> str:
    asked = f"{question.words}: " if question.words != name else ""
    return asked + question_words(question)


def _lines(many: Sequence[Speaker | str]) -> str | None:
    named = [(one,) if isinstance(one, str) else (one.name, one.institution) for one in many]
    return "; ".join(", ".join(filter(None, one)) for one in named) or None


def _contact(contact: Any) -> str | None:
    return f"{contact.name}, {contact.phone}" if contact else None
