"""By which names a service is asked for."""

import pytest

from shared.doors import Address


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
