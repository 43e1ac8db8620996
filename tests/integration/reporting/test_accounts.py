"""From the invitation, which nobody mails, to what one did: signed in, granted, disabled, told."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx
import pyotp
import pytest

from services.reporting.domain.permissions import Role
from services.reporting.entrypoints.frame import directorate_invitations
from shared.accounts.domain.permissions import Grant
from shared.accounts.invitations import invited
from shared.mongo.driver import Store
from tests.integration.reporting.test_answers import client, gathered
from tests.support import directorate
from tests.support.markup import sound
from tests.support.office import AS_DIRECTORATE, DIRECTORATE_TOKEN
from tests.support.openid_provider import openid_provider

URL = "http://127.0.0.1:8100"
EMAIL, PASSWORD = "sri@direktorat.example", "kuda lumping menari pelan"
ASKED = "/api/v1/figures?by=cohort"


async def invitation(store: Store, role: Role = Role.MELIHAT) -> str:
    """The path of a link as the command prints it."""
    link = await invited(directorate_invitations(store, f"{URL}/"), EMAIL, Grant(role), datetime.now(UTC))
    return link.removeprefix(URL)


async def accepted(store: Store, one: httpx.AsyncClient, path: str) -> pyotp.TOTP:
    """Somebody accepts, and signs out again; their authenticator, of which no code was used."""
    page = await one.get(path)
    sound(page.text)
    totp = pyotp.TOTP(re.search(r'<code id="kunci">(\w+)</code>', page.text)[1])  # type: ignore[index]
    opened = re.search(r'name="bukaan" value="([^"]+)"', page.text)[1]  # type: ignore[index]
    sent = {"nama": "Sri Uji", "kata-sandi": PASSWORD, "kode": totp.now(), "bukaan": opened}
    answer = await one.post(path, data=sent)
    sound(answer.text)
    assert (answer.status_code, len(re.findall(r"<li>[a-z2-7-]{19}</li>", answer.text))) == (200, 10)
    assert (await one.get(ASKED)).status_code == 200, "they are in"
    one.cookies.clear()
    await store["accounts"].update_one({"letters": EMAIL}, {"$set": {"step": 0}})
    return totp


async def sign_in(one: httpx.AsyncClient, code: str, password: str = PASSWORD) -> httpx.Response:
    return await one.post("/masuk", data={"email": EMAIL, "kata-sandi": password, "kode": code})


async def test_an_invitation_opens_one_account_once_by_password_and_code(store: Store) -> None:
    async with client(store) as one:
        path = await invitation(store)
        assert path.rpartition("/")[2] not in str(await store["accounts"].find({}).to_list(None))
        totp = await accepted(store, one, path)
        assert (await one.get(path)).status_code == 404
        stale = totp.at(datetime.now(UTC) - timedelta(minutes=2))
        for answer in (await sign_in(one, stale), await sign_in(one, totp.now(), f"{PASSWORD}x")):
            assert (answer.status_code, "set-cookie" in answer.headers) == (422, False)
        code = totp.now()
        landed = await sign_in(one, code)
        home = await one.get(landed.headers["location"])
        sound(home.text)
        assert "2 percobaan masuk ke akun Anda gagal" in home.text
        one.cookies.clear()
        assert (await sign_in(one, code)).status_code == 422, "a code is good once"


async def test_the_history_is_taken_along_by_who_proved_lately_who_they_are(store: Store) -> None:
    async with client(store) as one:
        totp = await accepted(store, one, await invitation(store, Role.MENGELOLA))
        code = totp.now()
        assert (await sign_in(one, code)).status_code == 303
        moved = {"proved": datetime.now(UTC) - timedelta(minutes=16)}
        await store["sessions"].update_many({}, {"$set": moved})
        await store["accounts"].update_many({}, {"$set": {"step": 0}})
        assert (await one.get("/api/v1/figures.csv?by=cohort")).status_code == 200, "it holds nobody"
        led = (await one.get("/riwayat.csv")).headers["location"]
        assert led == "/buktikan?lanjut=%2Friwayat.csv"
        page = await one.get(led)
        sound(page.text)
        sent = directorate.marks(page) | {"kata-sandi": PASSWORD, "kode": totp.now()}
        page = await one.post("/buktikan", data=sent | {"lanjut": "/riwayat.csv"})
        sound(page.text)
        assert (page.headers["refresh"], 'href="/">Kembali' in page.text) == ("0; url=/riwayat.csv", True)
        assert (await one.get("/riwayat.csv")).status_code == 200
        for elsewhere in ("//jahat.example", "/\\jahat.example", "https://jahat.example", "riwayat"):
            page = await one.get("/buktikan", params={"lanjut": elsewhere})
            assert 'name="lanjut" value="/"' in page.text
        row = await store["accounts"].find_one({})
        assert row is not None
        assert "told" not in row, "nobody mails news of signing in"


async def test_a_session_that_was_signed_out_or_whose_account_is_disabled_opens_nothing(
    store: Store,
) -> None:
    async with client(store) as one:
        manager = await directorate.signed_in(store, Role.MENGELOLA)
        csrf = directorate.marks(await one.get("/akun", headers=manager))
        name = await directorate.account(store, Role.MELIHAT)
        here = await directorate.session(store, name)
        away = await one.post(
            "/keluar", data=directorate.marks(await one.get("/", headers=here)), headers=here
        )
        assert away.status_code == 303
        assert (await one.get(ASKED, headers=here)).status_code == 401, "replayed"
        for deed, sent in (("sesi", {}), ("peran", {"peran": "mengelola"}), ("nonaktif", {})):
            theirs = await directorate.session(store, name)
            assert (await one.get(ASKED, headers=theirs)).status_code == 200
            done = await one.post(f"/akun/{name}/{deed}", data=csrf | sent, headers=manager)
            assert done.status_code == 303, deed
            assert (await one.get(ASKED, headers=theirs)).status_code == 401, deed


async def test_who_manages_is_shown_the_link_once_and_is_never_the_last_to_go(store: Store) -> None:
    async with client(store) as one:
        name = await directorate.account(store, Role.MENGELOLA)
        me = await directorate.session(store, name)
        page = await one.get("/akun", headers=me)
        sound(page.text)
        csrf = directorate.marks(page)
        for wrong, field in (
            ({"email": "x", "peran": "melihat"}, "email"),
            ({"email": EMAIL, "peran": "admin"}, "peran"),
            ({"email": EMAIL, "peran": "melihat", "kegiatan": "rakor"}, "kegiatan"),
            ({"email": EMAIL, "peran": "melihat", "sampai": "besok"}, "sampai"),
        ):
            answer = await one.post("/akun", data=csrf | wrong, headers=me)
            assert answer.status_code == 422, wrong
            assert f'href="#{field}"' in answer.text, wrong
        made = await one.post("/akun", data=csrf | {"email": EMAIL, "peran": "melihat"}, headers=me)
        sound(made.text)
        link = unescape(re.search(r'<code id="tautan">([^<]+)</code>', made.text)[1])  # type: ignore[index]
        assert (await one.get(link)).status_code == 200
        row = await store["accounts"].find_one({"letters": EMAIL})
        assert row is not None
        again = await one.post(f"/akun/{row['_id']}/undangan", data=csrf, headers=me)
        sound(again.text)
        newer = unescape(re.search(r'<code id="tautan">([^<]+)</code>', again.text)[1])  # type: ignore[index]
        assert [(await one.get(path)).status_code for path in (link, newer)] == [404, 200]
        for path in ("/akun", f"/akun/{row['_id']}"):
            assert newer not in (await one.get(path, headers=me)).text
        last = await one.post(f"/akun/{name}/nonaktif", data=csrf, headers=me)
        assert (last.status_code, "terakhir" in last.text) == (409, True)


async def test_an_identity_of_the_provider_is_bound_by_an_invitation_and_signs_in(store: Store) -> None:
    async with openid_provider() as provider, client(store, **provider.settings) as one:

        async def landed(path: str) -> httpx.Response:
            away = await one.get(path)
            async with httpx.AsyncClient() as browser:
                back = (await browser.get(away.headers["location"])).headers["location"]
            assert back.startswith(f"{URL}/masuk/oidc/kembali?")
            return await one.get(back)

        stranger = await landed("/masuk/oidc")
        assert (stranger.status_code, "belum terhubung" in stranger.text) == (422, True)
        page = await landed(f"{await invitation(store)}/oidc")
        sound(page.text)
        assert (page.status_code, page.headers["refresh"]) == (200, "0; url=/")
        assert (await one.get(ASKED)).status_code == 200
        one.cookies.clear()
        assert (await landed("/masuk/oidc")).status_code == 200
        assert (await one.get(ASKED)).status_code == 200


async def test_passkeys_are_offered_where_the_nation_has_a_name(store: Store) -> None:
    async with client(store, public_url="https://nasional.example") as one:
        page = await one.get("/masuk/kunci-sandi")
        sound(page.text.replace("<script", "<i").replace("</script", "</i"))
        assert page.headers["content-security-policy"].endswith("; script-src 'self'")
        assert 'src="/masuk/kunci-sandi.js"' in page.text
        assert (await one.get("/masuk/kunci-sandi.js")).status_code == 200
        wrong = await one.post("/masuk/kunci-sandi", data={"tantangan": "x", "jawaban": "x" * 20_000})
        assert wrong.status_code == 422
    async with client(store) as one:
        assert "kunci-sandi" not in (await one.get("/masuk")).text
        assert (await one.get("/masuk/kunci-sandi")).status_code == 404


async def test_who_guesses_waits_even_with_what_is_right(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async with client(store) as one, client(store) as another:
        totp = await accepted(store, one, await invitation(store))
        answers = [await sign_in(one, "000000") for _ in range(5)]
        assert {answer.status_code for answer in answers} == {422}
        for instance in (one, another):
            answer = await sign_in(instance, totp.now())
            assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (429, True)
        assert "direktorat.example" not in caplog.text
        rows = await store["sign_in_attempts"].find({}).to_list(None)
        assert EMAIL not in str(rows)


async def made_token(one: httpx.AsyncClient, me: dict[str, str], name: str) -> dict[str, str]:
    until = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    csrf = directorate.marks(await one.get("/token", headers=me))
    typed = csrf | {"nama": name, "lingkup": "figures:read", "sampai": until}
    for wrong in ({"lingkup": "figures:write"}, {"lingkup": ""}, {"sampai": "2020-01-01"}):
        assert (await one.post("/token", data=typed | wrong, headers=me)).status_code == 422
    page = await one.post("/token", data=typed, headers=me)
    sound(page.text)
    token = re.search(r'<code id="token">(\S+)</code>', page.text)[1]  # type: ignore[index]
    assert token not in (await one.get("/token", headers=me)).text, "it is shown once"
    return {"Authorization": f"Bearer {token}"}


async def test_a_programs_token_reads_figures_and_nothing_else_until_it_is_revoked(store: Store) -> None:
    async with client(store) as one:
        me = await directorate.signed_in(store, Role.MENGELOLA)
        bearing = await made_token(one, me, "dasbor")
        for ending in ("", ".csv", ".xlsx"):
            assert (await one.get(f"/api/v1/figures{ending}?by=cohort", headers=bearing)).status_code == 200
        assert (await one.get("/akun", headers=bearing)).status_code == 303, "no page is a program's"
        csrf = directorate.marks(await one.get("/token", headers=me))
        assert (await one.post("/token/dasbor/cabut", data=csrf, headers=me)).status_code == 303
        assert (await one.get(ASKED, headers=bearing)).status_code == 401
        over = await made_token(one, me, "lain")
        await store["api_tokens"].update_one({"name": "lain"}, {"$set": {"until": datetime.now(UTC)}})
        assert (await one.get(ASKED, headers=over)).status_code == 401
        other = {"$set": {"until": datetime.now(UTC) + timedelta(days=1), "scopes": ["commands:submit"]}}
        await store["api_tokens"].update_one({"name": "lain"}, other)
        assert (await one.get(ASKED, headers=over)).status_code == 403


async def test_the_history_says_who_did_what_and_who_exported_and_how_much(store: Store) -> None:
    office, _ = await gathered(store)
    async with client(store) as one:
        name = await directorate.account(store, Role.MENGELOLA)
        me = await directorate.session(store, name)
        bearing = await made_token(one, me, "dasbor")
        await one.get(f"/api/v1/figures.csv?by=month&office={office.code}", headers=me)
        known = await one.get("/api/v1/figures?by=month", headers=bearing)
        tag = {"If-None-Match": known.headers["etag"]}
        assert (await one.get("/api/v1/figures?by=month", headers=bearing | tag)).status_code == 304
        await one.get("/api/v1/figures.xlsx?by=month", headers=AS_DIRECTORATE)
        await one.get("/api/v1/figures.csv?by=office")
        await invitation(store)
        page = await one.get("/riwayat", headers=me)
        sound(page.text)
        told_of = f"mengunduh angka tepat: by=month&amp;office={office.code}"
        for told in (
            f"<strong>Sri Direktorat</strong> {told_of} (1 baris)",
            "<strong>Token dasbor</strong> membaca angka tepat lewat API: by=month (2 baris)",
            "<strong>Token direktorat</strong> mengunduh angka tepat: by=month (2 baris)",
            "<strong>Perintah simpul</strong> mengundang akun sri@direktorat.example: melihat",
            "<strong>Sri Direktorat</strong> membuat token program",
        ):
            assert page.text.count(told) == 1, told
        file = await one.get(f"/riwayat.csv?akun={name}", headers=me)
        rows = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"))))
        assert [row["yang dilakukan"] for row in rows] == ["mengunduh angka tepat", "membuat token program"]
        assert "mengunduh riwayat" in (await one.get("/riwayat", headers=me)).text


async def test_the_one_token_is_for_this_release_who_manages(store: Store) -> None:
    async with client(store) as one:
        assert (await one.post("/masuk", data={"sandi": DIRECTORATE_TOKEN})).status_code == 303
        for path in ("/akun", "/riwayat", "/token", "/perangkat"):
            page = await one.get(path)
            sound(page.text)
            assert "Token direktorat" in page.text, path
