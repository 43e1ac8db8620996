"""People with a part in an activity: given facts, when a command, then facts."""

from typing import Any, Final

import pytest
from starlette.datastructures import FormData

from services.registration.features.gatherings.gatherings import REGISTRATION
from services.registration.features.parts.domain.part import MOST, Part, PartHolder
from services.registration.features.parts.pages.part_form import read
from services.registration.features.parts.part_directory import RecoveredParts, part_entry
from services.registration.features.parts.part_states import PART
from services.registration.features.parts.parts_desk import Parts
from services.registration.kernel.decisions import NewFact, Refusal
from services.registration.kernel.digests import Digests
from services.registration.kernel.feature import FactWithoutState
from services.registration.kernel.recovery import DirectoryEntries, RecoveredFact
from shared.contracts.commands import AddPart, CancelActivity, RemovePart
from shared.contracts.directory import PartEntry
from shared.contracts.facts import PartAdded, PartRemoved
from tests.support.book import NAME, Book, published
from tests.support.given import Story

ID, OTHER = "a" * 29, "b" * 29
NO_ENVELOPE: Final[Any] = None
NO_STORE: Final[Any] = None
REMOVED = NewFact(PartRemoved(activity=NAME, part=ID, kind="narasumber"))


def adding(id: str = ID, activity: str = NAME, **changed: object) -> AddPart:
    said: dict[str, object] = {"activity": activity, "id": id, "part": "narasumber", "name": "Kasiman"}
    return AddPart.model_validate(said | {"email": "k@instansi.example"} | changed)


def added(id: str = ID, notify: bool = True, part: str = "narasumber", **changed: Any) -> NewFact:
    fact = PartAdded(activity=NAME, part=id, kind=part, notify=notify)
    return NewFact(fact, PartHolder(**{"name": "Kasiman", "email": "k@instansi.example"} | changed))


@pytest.fixture
def book() -> Book:
    """An activity in which nobody has a part."""
    return published()


def test_somebody_has_a_part_takes_no_seat_and_the_same_again_changes_nothing(book: Book) -> None:
    assert book.when(adding(), NAME) == [added()]
    assert not added().body.changes
    book.given(NAME, added())
    assert book.when(adding(), NAME) == []
    assert book.loaded.states[PART] == {ID: Part(NAME, ID, "narasumber", added().private)}
    assert book.loaded.states[REGISTRATION] == {}
    assert "Kasiman" not in added().body.model_dump_json()


@pytest.mark.parametrize(
    ("changed", "notify"),
    [
        ({"name": "Dr. Kasiman"}, False),
        ({"phone": "0000-0000-01"}, False),
        ({"email": None}, False),
        ({"email": "lain@instansi.example"}, True),
        ({"sessions": ("s1",)}, True),
        ({"part": "pembuka"}, True),
    ],
)
def test_they_hear_of_what_concerns_them_alone(book: Book, changed: dict[str, Any], notify: bool) -> None:
    book.given(NAME, added())
    assert book.when(adding(**changed), NAME) == [added(notify=notify, **changed)]


def test_who_has_no_address_is_told_nothing_until_they_have_one(book: Book) -> None:
    assert book.when(adding(email=None), NAME) == [added(notify=False, email=None)]
    book.given(NAME, added(notify=False, email=None))
    assert book.when(adding(), NAME) == [added()]


def test_who_is_removed_is_no_more_and_may_come_again(book: Book) -> None:
    gone = Refusal("part_unknown")
    assert book.when(RemovePart(activity=NAME, id=ID), NAME) == gone
    book.given(NAME, added())
    assert book.when(RemovePart(activity="lain", id=ID), "lain") == gone
    assert book.when(RemovePart(activity=NAME, id=ID), NAME) == [REMOVED]
    book.given(NAME, REMOVED)
    assert book.loaded.states[PART][ID].holder is None
    assert book.when(RemovePart(activity=NAME, id=ID), NAME) == gone
    assert book.when(adding(), NAME) == [added()]


def test_only_an_activity_that_stands_takes_people_and_only_into_its_own_sessions(book: Book) -> None:
    assert Story().when(adding(), NAME) == Refusal("activity_unknown")
    assert book.when(adding(sessions=("s1", "lain")), NAME) == Refusal("session_unknown")
    book.given(NAME, added())
    cancelled = book.when(CancelActivity(activity=NAME), NAME)
    assert isinstance(cancelled, list)
    book.given(NAME, *cancelled)
    assert book.when(adding(OTHER), NAME) == Refusal("activity_cancelled")
    assert book.when(RemovePart(activity=NAME, id=ID), NAME) == [REMOVED]


def test_the_list_has_an_end(book: Book) -> None:
    book.given(NAME, *(added(id_of(number)) for number in range(MOST)))
    assert book.when(adding(OTHER), NAME) == Refusal("too_many_parts", {"most": MOST})
    assert book.when(adding(id_of(0), name="Lain"), NAME) == [added(id_of(0), False, name="Lain")]


def id_of(number: int) -> str:
    letters = "abcdefghij"
    return "z" * 26 + "".join(letters[int(digit)] for digit in f"{number:03}")


def test_a_fact_under_another_key_than_its_activity_is_of_no_state(book: Book) -> None:
    with pytest.raises(FactWithoutState, match="keyed by something else"):
        book.given("lain", added())


def test_a_recovery_brings_people_back_and_names_who_is_missed(book: Book) -> None:
    first, second = RecoveredFact(NO_ENVELOPE, added().body), RecoveredFact(NO_ENVELOPE, added(OTHER).body)
    entry = part_entry(Part(NAME, ID, "narasumber", added().private), 7)
    recovery = RecoveredParts([first, second], DirectoryEntries({entry.key: PartEntry.read(entry.value)}))
    assert recovery.private(first, book.loaded) == added().private
    assert (recovery.lost(first), recovery.private(second, book.loaded)) == ((), None)
    assert recovery.lost(second) == [f"part {OTHER} in {NAME}: who has it; add them again"]


def test_the_entry_of_who_was_removed_says_nothing_of_them() -> None:
    entry = part_entry(Part(NAME, ID, "narasumber", None), 8)
    assert PartEntry.read(entry.value) == PartEntry(rev=8, part=ID, activity=NAME, kind="narasumber")


def test_the_form_says_what_to_mend_and_the_same_person_is_one() -> None:
    parts = Parts(NO_STORE, Digests(b"k" * 32))
    typed = read(FormData({"peran": "raja", "nama": " ", "email": "x", "urutan": "satu"}), NAME, parts)
    assert (typed.command, {*typed.errors}) == (None, {"peran", "nama", "email", "urutan"})
    form = FormData([("peran", "moderator"), ("nama", "Wayan"), ("pertemuan", "s1"), ("urutan", "2")])
    command = read(form, NAME, parts).command
    assert command is not None
    assert (command.sessions, command.order, command.email) == (("s1",), 2, None)
    again = read(FormData([("peran", "moderator"), ("nama", "WAYAN")]), NAME, parts).command
    assert again is not None
    assert again.id == command.id
    assert read(form, NAME, parts, ID).command == command.model_copy(update={"id": ID})
