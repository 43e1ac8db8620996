"""Links of mails: they lead back to their registration, and nobody else's."""

import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from shared.accounts import invitations, openid_provider
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


def test_links_of_mails_sent_before_still_open() -> None:
    """Signed with HMAC-SHA1, as they were."""
    links = Links("https://bali.example", f"a:{'ab' * 32}")
    assert links.registration("InIxIg.PCemWf3w0-M-_bon3ddPcNyu0ac") == "r1"
    page = "WyJmZiIsMTc2NzIyNTYwMF0.fDzkPCzVZod2loWTKK1YJJ8OQSY"
    assert links.own_page(page, datetime(2026, 1, 2, tzinfo=UTC)) == "ff"


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


def test_the_proxy_of_our_example_logs_no_path_that_opens_something() -> None:
    config = (Path(__file__).parents[2] / "deploy" / "nginx.conf").read_text()
    kept_out = re.search(r"map \$uri \$loggable \{\s+~(\S+) 0;", config)
    assert kept_out is not None
    links = Links("https://bali.example", OLD)
    opening = (
        links.to_cancel("x"),
        links.to_own_page("ab", datetime.now(UTC)),
        f"/staf{invitations.PATH}/token",
        f"/staf{openid_provider.RETURN}",
        "/hasil/token",
        "/api/v1/commands/token",
    )
    for link in opening:
        assert re.match(kept_out[1], urlsplit(link).path), link
    assert not re.match(kept_out[1], "/kegiatan/uji")
