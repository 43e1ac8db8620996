"""Whoever reads what the demo wrote signs in to it as each role, from outside."""

from pathlib import Path

import httpx
import pyotp
import pytest

from tests.e2e.demo import Demo

MENUS = {
    "admin": {"/staf/orang", "/staf/surel", "/staf/akun", "/staf/terbit"},
    "panitia": {"/staf/orang", "/staf/surel", "/staf/terbit"},
    "pintu": set[str](),
    "penelaah": set[str](),
    "pimpinan": {"/staf/orang", "/staf/surel"},
}


def read(demo: Demo, path: str) -> str:
    assert (demo.folder / path).stat().st_mode & 0o077 == 0, "only its owner reads it"
    return (demo.folder / path).read_text()


@pytest.mark.parametrize("role", MENUS)
def test_each_role_signs_in_and_sees_its_own_menu(played: Demo, role: str) -> None:
    office = played.addresses.offices["bali"]
    account = office.accounts[role]
    typed = {
        "email": account.email,
        "kata-sandi": read(played, account.password_file),
        "kode": pyotp.TOTP(read(played, account.totp_secret_file)).now(),
    }
    with httpx.Client(base_url=office.url, follow_redirects=True) as browser:
        home = browser.post("/staf/masuk", data=typed)
        assert (home.status_code, home.url.path) == (200, "/staf")
        shown = {path for path in MENUS["admin"] if f'href="{path}"' in home.text}
        assert shown == MENUS[role]
        for path in MENUS["admin"]:
            assert browser.get(path).status_code == (200 if path in MENUS[role] else 403), path


@pytest.mark.parametrize(("role", "manages"), [("melihat", False), ("mengelola", True)])
def test_each_role_of_the_directorate_sees_exact_figures_and_its_own_menu(
    played: Demo, role: str, manages: bool
) -> None:
    nation = played.addresses.national
    account = nation.accounts[role]
    typed = {
        "email": account.email,
        "kata-sandi": read(played, account.password_file),
        "kode": pyotp.TOTP(read(played, account.totp_secret_file)).now(),
    }
    with httpx.Client(base_url=nation.url, follow_redirects=True) as browser:
        assert browser.get("/api/v1/figures", params={"by": "cohort"}).status_code == 401
        home = browser.post("/masuk", data=typed)
        assert (home.status_code, home.url.path) == (200, "/")
        assert browser.get("/api/v1/figures", params={"by": "cohort"}).status_code == 200
        for path in ("/akun", "/riwayat"):
            assert (f'href="{path}"' in home.text) is manages
            assert browser.get(path).status_code == (200 if manages else 403)


def test_no_log_holds_a_password_a_key_or_a_link(played: Demo) -> None:
    logs = [log.read_text(errors="replace") for log in (played.simpul / "logs").glob("*.log")]
    secrets = [
        read(played, str(Path(path)))
        for place in (*played.addresses.offices.values(), played.addresses.national)
        for one in place.accounts.values()
        for path in (one.password_file, one.totp_secret_file)
    ]
    assert len(secrets) == 24
    assert not [secret for secret in secrets if any(secret in log for log in logs)]
    assert not [log for log in logs if "/undangan/" in log]
