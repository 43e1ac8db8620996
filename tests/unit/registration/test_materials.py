"""Materials of an activity: given facts, when a command, then facts."""

from dataclasses import replace
from typing import Any, Final

import pytest
from pydantic import ValidationError

from services.registration.features.files.domain.stored_file import FileReference, StoredFile
from services.registration.features.files.references import files_at_hand
from services.registration.features.materials.domain.material import (
    MATERIAL,
    MOST_SHOWN,
    Material,
    MaterialFile,
    MaterialLink,
)
from services.registration.features.materials.materials_desk import ListedMaterial
from services.registration.features.materials.pages.material_form import EMPTY, NEITHER, typed_material
from services.registration.features.materials.recovered_materials import RecoveredMaterials
from services.registration.kernel.decisions import NewFact, Refusal
from services.registration.kernel.feature import FactWithoutState
from services.registration.kernel.recovery import DirectoryEntries, RecoveredFact
from shared.contracts.commands import CancelActivity, PublishMaterial, WithdrawMaterial
from shared.contracts.directory import MaterialEntry, material_key
from shared.contracts.facts import MaterialPublished, MaterialWithdrawn
from tests.support.book import NAME, Book, published
from tests.support.given import Story

URL = "https://berkas.balai.example/paparan-1.pdf"
NO_ENVELOPE: Final[Any] = None
NO_OFFICE: Final[Any] = None
GUIDE = StoredFile(f"sha256:{'9f' * 32}", "application/pdf", 120_345)
NEWER = StoredFile(f"sha256:{'a0' * 32}", "application/pdf", 120_346)


def publishing(activity: str = NAME, id: str = "paparan-1", **changed: object) -> PublishMaterial:
    said = {"activity": activity, "id": id, "title": "Paparan", "url": URL, "public": True}
    return PublishMaterial.model_validate(said | changed)


def withdrawing(id: str = "paparan-1") -> WithdrawMaterial:
    return WithdrawMaterial(activity=NAME, id=id)


def stated(version: int = 1, title: str = "Paparan", material: str = "paparan-1") -> NewFact:
    fact = MaterialPublished(activity=NAME, material=material, public=True, version=version)
    return NewFact(fact, MaterialLink(title, URL))


WITHDRAWN = NewFact(MaterialWithdrawn(activity=NAME, material="paparan-1", public=True, version=1))


@pytest.fixture
def book() -> Book:
    """An activity without any material."""
    return published()


def test_a_material_is_published_and_the_same_again_changes_nothing(book: Book) -> None:
    assert book.when(publishing(), NAME) == [stated()]
    book.given(NAME, stated())
    assert book.when(publishing(), NAME) == []
    assert book.loaded.states[MATERIAL] == {
        f"{NAME}/paparan-1": Material(NAME, "paparan-1", MaterialLink("Paparan", URL), True, 1)
    }


def test_another_content_under_the_same_id_is_its_next_version(book: Book) -> None:
    book.given(NAME, stated())
    assert book.when(publishing(title="Paparan akhir"), NAME) == [stated(2, "Paparan akhir")]
    (hidden,) = accepted(book, publishing(public=False))
    assert hidden == replace(stated(2), body=stated(2).body.model_copy(update={"public": False}))


def accepted(book: Book, command: PublishMaterial) -> list[NewFact]:
    decision = book.when(command, NAME)
    assert not isinstance(decision, Refusal)
    return decision


def test_what_is_withdrawn_is_no_more_and_may_come_again(book: Book) -> None:
    assert book.when(withdrawing(), NAME) == Refusal("material_unknown")
    book.given(NAME, stated())
    assert book.when(withdrawing("lain"), NAME) == Refusal("material_unknown")
    assert book.when(withdrawing(), NAME) == [WITHDRAWN]
    book.given(NAME, WITHDRAWN)
    assert book.when(withdrawing(), NAME) == Refusal("material_unknown")
    assert book.loaded.states[MATERIAL][f"{NAME}/paparan-1"].content is None
    assert book.when(publishing(), NAME) == [stated(2)]


def test_an_activity_shows_so_many_materials_and_no_more(book: Book) -> None:
    book.given(NAME, *(stated(material=f"m-{number}") for number in range(MOST_SHOWN - 1)), stated())
    full = Refusal("too_many_materials", {"most": 100})
    assert book.when(publishing(id="lain"), NAME) == full
    assert book.when(publishing(title="Paparan akhir"), NAME) == [stated(2, "Paparan akhir")]
    book.given(NAME, WITHDRAWN)
    assert book.when(publishing(id="lain"), NAME) == [stated(material="lain")]
    book.given(NAME, stated(material="lain"))
    assert book.when(publishing(), NAME) == full


def test_a_recovery_names_the_links_that_are_missed(book: Book) -> None:
    gone = WITHDRAWN.body.model_copy(update={"material": "lain"})
    bodies = [stated().body, stated(2).body, stated(material="lain").body, gone]
    first, second, other, withdrawn = (RecoveredFact(NO_ENVELOPE, body) for body in bodies)
    recovery = RecoveredMaterials(NO_OFFICE, [first, second, other, withdrawn], DirectoryEntries({}))
    assert [*map(recovery.lost, (first, other, withdrawn))] == [(), (), ()]
    assert recovery.lost(second) == [
        f"material {NAME}/paparan-1: its title and link; it is shown to nobody until it is published again"
    ]
    book.given(NAME, replace(stated(2), private=recovery.private(second, book.loaded)))
    assert book.when(withdrawing(), NAME) == Refusal("material_unknown")
    assert book.when(publishing(), NAME) == [stated(3)]


def test_only_an_activity_that_stands_has_materials_published(book: Book) -> None:
    assert Story().when(publishing(), NAME) == Refusal("activity_unknown")
    book.given(NAME, stated())
    cancelled = book.when(CancelActivity(activity=NAME), NAME)
    assert isinstance(cancelled, list)
    book.given(NAME, *cancelled)
    assert book.when(publishing(id="lain"), NAME) == Refusal("activity_cancelled")
    assert book.when(withdrawing(), NAME) == [WITHDRAWN]


def test_a_fact_under_another_key_than_its_activity_is_of_no_state(book: Book) -> None:
    with pytest.raises(FactWithoutState, match="keyed by something else"):
        book.given("lain", stated())


@pytest.mark.parametrize(
    "url",
    [
        "http://balai.example/a",
        "https://",
        "https://balai",
        "https://nama:sandi@balai.example/a",
        "https://balai.example@jahat.example/a",
        "https://balai.example/a b",
        'https://balai.example/"',
        "javascript:alert(1)",
    ],
)
def test_a_link_is_https_to_a_host_and_holds_no_password(url: str) -> None:
    with pytest.raises(ValidationError):
        publishing(url=url)


def test_a_host_may_have_a_port_and_is_shown() -> None:
    assert publishing(url="https://balai.example:8443?a@b").url
    listed = ListedMaterial("m", 1, True, "M", "https://balai.example:8443/a@b")
    assert listed.leads_to == "balai.example:8443"


def filled(**changed: str) -> dict[str, str]:
    return {**EMPTY} | changed


def test_what_is_wrong_in_the_form_is_said_at_its_field_and_nothing_typed_is_lost() -> None:
    typed = typed_material(filled(kode="Paparan 1", alamat="http://balai.example", umum="1"), {}, NAME)
    assert typed.command is None
    assert {*typed.errors} == {"kode", "judul", "alamat"}
    assert typed.values == filled(kode="Paparan 1", alamat="http://balai.example", umum="1")
    typed = typed_material(filled(kode="p", judul="P", alamat=URL), {}, NAME)
    assert typed.command == publishing(id="p", title="P", public=False)


def test_a_file_or_a_link_is_published_and_not_both_or_neither() -> None:
    form = filled(kode="p", judul="P", kabari="1")
    assert typed_material(form, {}, NAME).errors == {"berkas": NEITHER}
    both = typed_material(form | {"unggahan": GUIDE.digest, "alamat": URL}, {}, NAME)
    assert (both.command, {*both.errors}) == (None, {"alamat"})
    refused = typed_material(filled(kode="p", judul="P"), {"berkas": "Berkas ini kosong."}, NAME)
    assert refused.errors == {"berkas": "Berkas ini kosong."}
    typed = typed_material(form | {"unggahan": GUIDE.digest}, {}, NAME)
    assert typed.command == sending(GUIDE, id="p", title="P", notify=True, public=False)
    for neither in ({"url": None}, {"file": GUIDE.digest}):
        with pytest.raises(ValidationError, match="either a link or a file"):
            publishing(**neither)


def sending(file: StoredFile, **changed: object) -> PublishMaterial:
    return publishing(**{"url": None, "file": file.digest, **changed})


def holding(digest: str | None) -> tuple[FileReference, ...]:
    return (FileReference(MATERIAL, f"{NAME}/paparan-1", digest),)


def test_a_file_is_held_from_when_it_is_published_until_another_takes_its_place(book: Book) -> None:
    assert book.when(sending(GUIDE), NAME) == Refusal("file_unknown")
    files_at_hand(book.loaded).update({one.digest: one for one in (GUIDE, NEWER)})
    (first,) = accepted(book, sending(GUIDE))
    assert (first.body, first.private) == (stated().body, MaterialFile("Paparan", GUIDE))
    assert first.side_writes == holding(GUIDE.digest)
    book.given(NAME, first)
    assert book.when(sending(GUIDE), NAME) == []
    (newer,) = accepted(book, sending(NEWER))
    assert (newer.body, newer.side_writes) == (stated(2).body, holding(NEWER.digest))
    (link,) = accepted(book, publishing())
    assert link.side_writes == holding(None)
    gone = book.when(withdrawing(), NAME)
    assert isinstance(gone, list)
    assert gone[0].side_writes == holding(None)


def test_participants_are_told_only_where_staff_ask_for_it(book: Book) -> None:
    (told,) = accepted(book, publishing(notify=True))
    assert told.body == stated().body.model_copy(update={"notify": True})
    assert "notify" not in stated().body.model_dump(exclude_unset=True)
    files_at_hand(book.loaded)[GUIDE.digest] = GUIDE
    (file,) = accepted(book, sending(GUIDE))
    assert GUIDE.digest not in file.body.model_dump_json()


def test_a_file_that_came_after_the_backup_is_named_as_lost(book: Book) -> None:
    entry = {"rev": 1, "activity": NAME, "material": "paparan-1", "title": "Paparan"}
    entry |= {"file": GUIDE.digest, "media": GUIDE.media, "size": GUIDE.size}
    said = DirectoryEntries({material_key(NAME, "paparan-1"): MaterialEntry.model_validate(entry)})
    fact = RecoveredFact(NO_ENVELOPE, stated().body)
    recovery = RecoveredMaterials(NO_OFFICE, [fact], said)
    assert recovery.lost(fact) == [
        f'material {NAME}/paparan-1: the file of "Paparan"; it is shown to nobody until it is published again'
    ]
    assert recovery.private(fact, book.loaded) is None
