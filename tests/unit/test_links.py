"""Links of mails: they lead back to their registration, and nobody else's."""

import pytest

from shared.links import Links, LinkUnknown

OLD, NEW = f"lama:{'ab' * 32}", f"baru:{'cd' * 32}"


def token(links: Links, registration: str = "r" * 29) -> str:
    return links.to_cancel(registration).rpartition("/")[2]


def test_a_link_leads_back_to_its_registration() -> None:
    links = Links("https://bali.example/", OLD)
    assert links.to_cancel("x").startswith("https://bali.example/batal/")
    assert links.registration(token(links)) == "r" * 29


def test_a_rotated_key_still_opens_what_it_signed_and_signs_no_more() -> None:
    rotated = Links("https://bali.example", f"{NEW},{OLD}")
    assert rotated.registration(token(Links("https://bali.example", OLD))) == "r" * 29
    assert Links("https://bali.example", NEW).registration(token(rotated)) == "r" * 29


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1], lambda t: t[1:], lambda t: "", lambda t: t + "\0", lambda t: "é" + t]
)
def test_a_spoiled_link_is_unknown(spoil) -> None:  # type: ignore[no-untyped-def]
    links = Links("https://bali.example", OLD)
    with pytest.raises(LinkUnknown):
        links.registration(spoil(token(links)))


def test_a_key_of_another_office_opens_nothing() -> None:
    with pytest.raises(LinkUnknown):
        Links("https://bali.example", NEW).registration(token(Links("https://bali.example", OLD)))
