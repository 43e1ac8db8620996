"""Passwords and codes that are taken, and those that are not."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from shared.accounts.authenticator_secrets import AuthenticatorSecrets
from shared.accounts.domain import one_time_codes
from shared.accounts.domain.passwords import normal, weakness
from shared.accounts.password_hashes import PasswordHashes, common_passwords

NOW = datetime(2024, 3, 1, 1, 0, 10, tzinfo=UTC)
COMMON = common_passwords()


@pytest.mark.parametrize(
    "password",
    ["", "elevenchars", "qwerty123456", "Bismillah1234", "abababababab", "saya wayan.contoh", "x" * 201],
)
def test_what_is_short_common_or_ones_own_address_is_refused(password: str) -> None:
    assert weakness(password, "wayan.contoh@balai.example", COMMON)


@pytest.mark.parametrize("password", ["kuda lumping menari", "tiga belas ñandú", "1 sapi 2 kambing 3 ayam"])
def test_a_few_words_are_taken(password: str) -> None:
    assert weakness(password, "wayan@balai.example", COMMON) == ""


def test_one_password_is_the_same_on_every_keyboard() -> None:
    assert normal("cafe\u0301") == normal("café")


def test_a_code_is_good_now_and_a_step_beside_and_once() -> None:
    secret = pyotp.random_base32()
    now = int(NOW.timestamp()) // 30

    def step(ahead: int, last: int = 0) -> int | None:
        code = pyotp.TOTP(secret).at(NOW + timedelta(seconds=30 * ahead))
        return one_time_codes.accepted_step(secret, code, NOW, last)

    assert [step(ahead) for ahead in (-2, -1, 0, 1, 2)] == [None, now - 1, now, now + 1, None]
    assert [step(ahead, last=now) for ahead in (-1, 0, 1)] == [None, None, now + 1]
    for wrong in ("", "12345", "abcdef", "000 000 0"):
        assert one_time_codes.accepted_step(secret, wrong, NOW, 0) is None


def test_each_opened_form_has_an_authenticators_key_of_its_own() -> None:
    before, both = AuthenticatorSecrets("a:0b0b"), AuthenticatorSecrets("b:0c0c,a:0b0b")
    first, second = before.nonce(), before.nonce()
    secret = before.given("invitation", first)
    assert len({secret, before.given("invitation", second), before.given("other", first)}) == 3
    code = pyotp.TOTP(secret).at(NOW)
    for keys in (before, both):
        assert keys.fitting("invitation", first, code, NOW) == secret
        assert keys.fitting("invitation", second, code, NOW) is None
    assert both.given("invitation", first) != secret, "the newer key gives"


def test_recovery_codes_are_read_however_they_are_typed() -> None:
    codes = one_time_codes.new_recovery_codes()
    assert len(set(codes)) == 10
    typed = codes[0].upper().replace("-", " ")
    assert one_time_codes.plain_recovery_code(typed) == codes[0].replace("-", "")


async def test_a_password_fits_its_own_hash_alone() -> None:
    hashes = PasswordHashes()
    kept = await hashes.of("kuda lumping menari")
    assert await hashes.fits("kuda lumping menari", kept)
    assert not await hashes.fits("kuda lumping menarik", kept)
    assert not await hashes.fits("nobody has this password", None)
    assert not await hashes.fits("x", "no hash at all")
