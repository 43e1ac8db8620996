"""Names of colleagues are seen whole, are no program's, and are told apart."""

import pytest

from shared.accounts.domain.account import Account
from shared.accounts.domain.names import is_reserved, told_apart


@pytest.mark.parametrize(
    "name",
    [
        "Token balai",
        "token portal",
        "Ｔｏｋｅｎ  portal (dicabut)",
        "Perintah\u00a0simpul",
        "To\u200bken x",
        "Akun yang tidak dikenal",
        "Direktorat bersama",
    ],
)
def test_what_the_history_calls_others_by_is_nobodys_name(name: str) -> None:
    assert is_reserved(name, ("Direktorat bersama",))


@pytest.mark.parametrize("name", ["Ni Wayan Uji", "Tokenita", "Petugas admin bali", "", "Simpul"])
def test_other_names_are_peoples(name: str) -> None:
    assert not is_reserved(name)


def test_beside_names_that_look_alike_stands_the_address() -> None:
    def one(number: int, name: str) -> Account:
        return Account(f"u:{number}", f"uji{number}@balai.example", name, "active", ())

    found = told_apart([one(1, "Made Uji"), one(2, "made\u200b  UJI"), one(3, "Ketut Uji"), one(4, "")])
    assert list(found.values()) == [
        "Made Uji (uji1@balai.example)",
        "made\u200b  UJI (uji2@balai.example)",
        "Ketut Uji",
        "uji4@balai.example",
    ]
