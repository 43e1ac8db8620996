"""By which names a service is asked for."""

import pytest

from shared.doors import Address, in_utf8


@pytest.mark.parametrize(
    "host",
    ["[", "[::1", "a]b", "[127.0.0.1]x", "[gg::]", "\u2100.example", "127.0.0.1/x", "127.0.0.1#x", "a@b", ""],
)
@pytest.mark.parametrize("url", ["http://127.0.0.1:8001", "https://simpul.example"])
def test_what_is_no_host_is_a_foreign_one_and_no_failure(url: str, host: str) -> None:
    assert not Address.of(url).is_named(host)
    assert Address.of(url, any_host=True).is_named(host)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://127.0.0.1:8001", "127.0.0.1:8001"),
        ("http://127.0.0.1:8001", "LOCALHOST"),
        ("http://127.0.0.1:8001", "[::1]:8001"),
        ("https://simpul.example", "Simpul.Example:443"),
    ],
)
def test_a_service_is_known_by_its_name(url: str, host: str) -> None:
    assert Address.of(url).is_named(host)
    assert not Address.of(url).is_named(f"{host}.jahat.example")


@pytest.mark.parametrize("charset", ["undefined", "raw_unicode_escape", "utf-7", '"latin-1"', "no-such"])
def test_a_form_in_other_letters_is_refused_before_anything_reads_it(charset: str) -> None:
    assert not in_utf8(f"multipart/form-data; boundary=x; charset={charset}")
    assert not in_utf8(f"Multipart/Form-Data; CHARSET={charset}; boundary=x")


@pytest.mark.parametrize("more", ["", "; charset=utf-8", '; charset="UTF-8"', "; charset=UTF8"])
def test_a_form_in_ours_comes_in(more: str) -> None:
    assert in_utf8(f"multipart/form-data; boundary=x{more}")
    assert in_utf8(f"application/json{more}")


def test_letters_of_what_is_no_form_are_its_readers_matter() -> None:
    assert in_utf8("text/csv; charset=latin-1")
    assert in_utf8("")
