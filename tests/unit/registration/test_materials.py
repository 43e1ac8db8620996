"""Materials of an activity: given facts, when a command, then facts."""

from dataclasses import replace
from typing import Any, Final

import pytest
from pydantic import ValidationError

from services.registration.features.materials.domain.material import MOST_SHOWN, Material, MaterialLink
from services.registration.features.materials.materials import MATERIAL
from services.registration.features.materials.materials_desk import ListedMaterial
from services.registration.features.materials.pages.material_form import read
from services.registration.features.materials.recovered_materials import RecoveredMaterials
from services.registration.kernel.decisions import NewFact, Refusal
from services.registration.kernel.feature import FactWithoutState
from services.registration.kernel.recovery import RecoveredFact
from shared.contracts.commands import CancelActivity, PublishMaterial, WithdrawMaterial
from shared.contracts.facts import MaterialPublished, MaterialWithdrawn
from tests.support.book import NAME, Book, published
from tests.support.given import Story

URL = "https://berkas.balai.example/paparan-1.pdf"
NO_ENVELOPE: Final[Any] = None


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
    assert book.loaded.states[MATERIAL][f"{NAME}/paparan-1"].link is None
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
    recovery = RecoveredMaterials([first, second, other, withdrawn])
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
    assert listed.host == "balai.example:8443"


def test_what_is_wrong_in_the_form_is_said_at_its_field_and_nothing_typed_is_lost() -> None:
    typed = read({"kode": "Paparan 1", "judul": " ", "alamat": "http://balai.example", "umum": "1"}, NAME)
    assert typed.command is None
    assert {*typed.errors} == {"kode", "judul", "alamat"}
    assert typed.values == {
        "kode": "Paparan 1",
        "judul": "",
        "alamat": "http://balai.example",
        "umum": "1",
    }
    assert read({"kode": "p", "judul": "P", "alamat": URL}, NAME).command == publishing(
        id="p", title="P", public=False
    )
