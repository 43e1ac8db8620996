"""From the invitation to the desk: accepted once, signed in with password and code, granted, disabled."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx
import pyotp
import pytest

from services.registration.features.accounts.accounts_desk import office_invitations
from services.registration.kernel.actions import Role
from shared.accounts.domain.permissions import Grant
from shared.accounts.domain.session import Proof
from shared.accounts.history import History
from shared.accounts.session_starts import SessionStarts
from shared.accounts.sessions import Sessions
from shared.accounts.sign_in_notices import SignInNotices
from tests.component.registration.browser import STAFF, announce
from tests.component.registration.test_pages import sound
from tests.support import accounts
from tests.support.office import METRICS, PUBLIC_URL, TestOffice, new_office
from tests.support.servers import Servers
from tests.support.waiting import until

pytestmark = [pytest.mark.broker, pytest.mark.once]
PASSWORD = "kuda lumping menari pelan"
EMAIL = "wayan@balai.example"


@dataclass
class Person:
    """Somebody with an account and an authenticator."""

    name: str
    secret: str
    recovery: list[str]

    @property
    def typed(self) -> dict[str, str]:
        return {"email": EMAIL, "kata-sandi": PASSWORD, "kode": pyotp.TOTP(self.secret).now()}


@asynccontextmanager
async def desk(servers: Servers, **changed: object) -> AsyncIterator[tuple[TestOffice, httpx.AsyncClient]]:
    async with new_office(servers) as office, office.registration(**changed) as client:
        yield office, client


async def invited(office: TestOffice, *grants: Grant) -> str:
    """The path of an invitation's link."""
    making = office_invitations(office.store, PUBLIC_URL)
    return (await making.invite(EMAIL, grants, datetime.now(UTC), "staff")).removeprefix(PUBLIC_URL)


async def accepted(office: TestOffice, client: httpx.AsyncClient, path: str) -> Person:
    """Accepts and signs out again; the code that it took is good for the next sign-in, too."""
    page = await client.get(path)
    sound(page)
    secret = re.search(r'<code id="kunci">(\w+)</code>', page.text)[1]  # type: ignore[index]
    row = await office.store["accounts"].find_one({"letters": EMAIL})
    assert row is not None
    sent = {"nama": "Ni Wayan Uji", "kata-sandi": PASSWORD, "kode": pyotp.TOTP(secret).now()} | opened(page)
    answer = await client.post(path, data=sent)
    assert answer.status_code == 200, answer.text
    sound(answer)
    client.cookies.clear()
    await office.store["accounts"].update_one({"_id": row["_id"]}, {"$set": {"step": 0}})
    return Person(row["_id"], secret, re.findall(r"<li>([a-z2-7-]{19})</li>", answer.text))


def opened(page: httpx.Response) -> dict[str, str]:
    """By which the authenticator's key of an opened invitation is known again."""
    return {"bukaan": re.search(r'name="bukaan" value="([^"]+)"', page.text)[1]}  # type: ignore[index]


async def signed_in(client: httpx.AsyncClient, typed: dict[str, str]) -> httpx.Response:
    client.cookies.clear()
    return await client.post("/staf/masuk", data=typed)


def csrf(page: httpx.Response) -> dict[str, str]:
    return {"csrf": unescape(re.search(r'name="csrf" value="([^"]+)"', page.text)[1])}  # type: ignore[index]


async def test_an_invitation_opens_an_account_once(servers: Servers) -> None:
    async with desk(servers) as (office, client):
        path = await invited(office, Grant(Role.PANITIA))
        rows = await office.store["accounts"].find({}).to_list(None)
        assert path.rpartition("/")[2] not in str(rows), "its digest alone is kept"
        page = await client.get(path)
        secret = re.search(r'<code id="kunci">(\w+)</code>', page.text)[1]  # type: ignore[index]
        for wrong, told in (
            ({"nama": "", "kata-sandi": PASSWORD, "kode": pyotp.TOTP(secret).now()}, "nama"),
            ({"nama": "To\u202eken balai", "kata-sandi": PASSWORD, "kode": pyotp.TOTP(secret).now()}, "nama"),
            ({"nama": "Ni Wayan", "kata-sandi": "pendek", "kode": pyotp.TOTP(secret).now()}, "kata-sandi"),
            (
                {"nama": "Ni Wayan", "kata-sandi": "qwerty123456", "kode": pyotp.TOTP(secret).now()},
                "kata-sandi",
            ),
            ({"nama": "Ni Wayan", "kata-sandi": PASSWORD, "kode": "000000"}, "kode"),
        ):
            answer = await client.post(path, data=wrong | opened(page))
            assert (answer.status_code, f'href="#{told}"' in answer.text) == (422, True), wrong
            assert secret in answer.text, "what was scanned stays good"
        other = await client.get(path)
        assert secret not in other.text, "whoever opened it before saw another"
        right = {"nama": "Ni Wayan", "kata-sandi": PASSWORD, "kode": pyotp.TOTP(secret).now()}
        assert (await client.post(path, data=right | opened(other))).status_code == 422
        person = await accepted(office, client, path)
        assert len(person.recovery) == 10
        assert (await client.get(path)).status_code == 404
        assert (await client.post(path, data={"nama": "x"})).status_code == 404
        row = await office.store["accounts"].find_one({"_id": person.name})
        assert row is not None
        assert row["password"].startswith("$argon2id$")
        assert PASSWORD not in str(row)


async def test_an_invitation_ends_with_time_and_with_the_next_one(servers: Servers) -> None:
    async with desk(servers) as (office, client):
        first = await invited(office, Grant(Role.PINTU))
        making, row = (
            office_invitations(office.store, PUBLIC_URL),
            await office.store["accounts"].find_one({}),
        )
        assert row is not None
        long_ago = datetime.now(UTC) - timedelta(hours=73)
        second = (await making.invite_again(row["_id"], long_ago, "staff")).removeprefix(PUBLIC_URL)
        assert [(await client.get(one)).status_code for one in (first, second)] == [404, 404]
        third = (await making.invite_again(row["_id"], datetime.now(UTC), "staff")).removeprefix(PUBLIC_URL)
        assert (await client.get(third)).status_code == 200


async def test_password_and_code_sign_in_and_each_code_once(servers: Servers) -> None:
    async with desk(servers) as (office, client):
        person = await accepted(office, client, await invited(office, Grant(Role.PANITIA)))
        typed = person.typed
        for wrong in (
            typed | {"kata-sandi": f"{PASSWORD}x"},
            typed | {"kode": "000000"},
            {"email": "nobody@balai.example", "kata-sandi": PASSWORD, "kode": "000000"},
        ):
            answer = await signed_in(client, wrong)
            assert (answer.status_code, "set-cookie" in answer.headers) == (422, False)
            assert "tidak cocok" in answer.text
        answer = await signed_in(client, typed)
        assert answer.status_code == 303
        home = await client.get(answer.headers["location"])
        assert "2 percobaan masuk ke akun Anda gagal" in home.text
        assert "Ni Wayan Uji" in home.text
        again = await signed_in(client, typed)
        assert again.status_code == 422, "a code is good once"
        code = person.recovery[0].upper().replace("-", " ")
        assert (await signed_in(client, typed | {"kode": code})).status_code == 303
        assert (await signed_in(client, typed | {"kode": code})).status_code == 422


async def test_who_guesses_waits_even_with_what_is_right(
    servers: Servers, caplog: pytest.LogCaptureFixture
) -> None:
    async with desk(servers) as (office, client):
        person = await accepted(office, client, await invited(office, Grant(Role.ADMIN)))
        answers = [await signed_in(client, person.typed | {"kata-sandi": "salah"}) for _ in range(6)]
        assert [one.status_code for one in answers] == [422] * 5 + [429]
        assert int(answers[-1].headers["retry-after"]) > 0
        assert (await signed_in(client, person.typed)).status_code == 429
        other = await signed_in(client, {"email": "lain@balai.example", "kata-sandi": "x", "kode": "1"})
        assert other.status_code == 422, "others do not wait"
        metrics = (await client.get(METRICS)).text
        assert 'simpul_sign_ins_total{result="refused"} 6.0' in metrics
        assert 'simpul_sign_ins_total{result="throttled"} 2.0' in metrics
        logged = [row for row in caplog.records if "sign-in" in row.message]
        assert {getattr(row, "account", None) for row in logged} == {person.name, None}
        assert "balai.example" not in caplog.text


async def test_strangers_cannot_shut_the_door_to_its_owners_browser(servers: Servers) -> None:
    async with desk(servers) as (office, client):
        person = await accepted(office, client, await invited(office, Grant(Role.ADMIN)))
        assert (await signed_in(client, person.typed)).status_code == 303
        known = dict(client.cookies)
        wrong = person.typed | {"kata-sandi": "salah"}
        assert [(await signed_in(client, wrong)).status_code for _ in range(6)] == [422] * 5 + [429]
        await office.store["accounts"].update_one({"_id": person.name}, {"$set": {"step": 0}})
        assert (await signed_in(client, person.typed)).status_code == 429, "a browser nobody knows"
        client.cookies.update(known)
        assert (await client.post("/staf/masuk", data=person.typed)).status_code == 303
        answers = [await client.post("/staf/masuk", data=wrong) for _ in range(6)]
        assert [one.status_code for one in answers] == [422] * 5 + [429], "it has a count of its own"


async def test_no_session_begins_for_an_account_that_was_disabled_meanwhile(servers: Servers) -> None:
    async with desk(servers) as (office, client):
        person = await accepted(office, client, await invited(office, Grant(Role.ADMIN)))
        starts = SessionStarts(
            office.store, Sessions(office.store), History(office.store, {}), SignInNotices(office.store)
        )
        now = datetime.now(UTC)
        begin = (person.name, "browser", "Firefox", now, Proof(now), None, True)
        assert await starts.begin(*begin)
        before = await office.store["sessions"].count_documents({})
        await office.store["accounts"].update_one({"_id": person.name}, {"$set": {"state": "disabled"}})
        assert await starts.begin(*begin) is None
        assert await office.store["sessions"].count_documents({}) == before


async def test_one_address_waits_at_every_door(servers: Servers) -> None:
    async with desk(servers, failed_sign_ins_per_address=3) as (_, client):
        wrong = {"Authorization": "Bearer salah"}
        assert (await client.get("/api/v1/parked", headers=wrong)).status_code == 401
        assert (await client.post("/staf/masuk", data={"sandi": "salah"})).status_code == 422
        assert (await signed_in(client, {"email": EMAIL, "kata-sandi": "x"})).status_code == 422
        for answer in (
            await client.get("/api/v1/parked", headers=STAFF),
            await client.post("/staf/masuk", data={"sandi": "salah"}),
            await signed_in(client, {"email": EMAIL, "kata-sandi": "x"}),
            await client.post("/staf/undangan/x", data={}),
        ):
            assert answer.status_code == 429, answer.request.url
        assert (await client.get("/staf/masuk")).status_code == 200


async def test_an_admin_invites_grants_and_disables(servers: Servers) -> None:
    async with desk(servers) as (office, client):
        await announce(client, "uji", title="Rakor Uji")
        admin = await accounts.account(office, Grant(Role.ADMIN))
        me = await accounts.session(office, admin)
        marks = await accounts.marks(client, me)
        for wrong, field in (
            ({"email": "x", "peran": "pintu"}, "email"),
            ({"email": EMAIL, "peran": "raja"}, "peran"),
            ({"email": EMAIL, "peran": "pintu", "kegiatan": "Bukan Kode"}, "kegiatan"),
            ({"email": EMAIL, "peran": "pintu", "kegiatan": "tiada"}, "kegiatan"),
            ({"email": EMAIL, "peran": "pintu", "sampai": "besok"}, "sampai"),
            ({"email": EMAIL, "peran": "pintu", "sampai": "2020-01-01"}, "sampai"),
            ({"email": EMAIL, "peran": "pintu", "sampai": "0001-01-01"}, "sampai"),
        ):
            answer = await client.post("/staf/akun", data=marks | wrong, headers=me)
            assert (answer.status_code, f'href="#{field}"' in answer.text) == (422, True), wrong
        right = {"email": EMAIL, "peran": "pintu", "kegiatan": "uji", "sampai": "2030-12-31"}
        assert (await client.post("/staf/akun", data=marks | right, headers=me)).status_code == 303
        again = await client.post("/staf/akun", data=marks | right, headers=me)
        assert (again.status_code, "sudah punya akun" in again.text) == (422, True)
        page = await client.get("/staf/akun", headers=me)
        sound(page)
        assert "pintu di uji, sampai Rabu, 1 Januari 2031, pukul 00.00 WITA" in page.text.replace("\n", "")
        row = await office.store["accounts"].find_one({"letters": EMAIL})
        assert row is not None
        one = f"/staf/akun/{row['_id']}"
        await office.store["accounts"].update_one({"_id": row["_id"]}, {"$set": {"state": "active"}})
        theirs = await accounts.session(office, row["_id"])
        assert (await client.get("/staf", headers=theirs)).status_code == 200
        page = await client.get(one, headers=me)
        sound(page)
        assert '<option value="uji">Rakor Uji (uji)</option>' in page.text
        answer = await client.post(
            f"{one}/peran", data=marks | {"peran": "pintu", "kegiatan": "tiada"}, headers=me
        )
        assert (answer.status_code, 'href="#kegiatan"' in answer.text) == (422, True)
        await client.post(f"{one}/peran", data=marks | {"peran": "panitia"}, headers=me)
        assert (await client.get("/staf", headers=theirs)).status_code == 303, "another role, another session"
        theirs = await accounts.session(office, row["_id"])
        assert (await client.get("/staf/orang", headers=theirs)).status_code == 200
        await client.post(f"{one}/sesi", data=marks, headers=me)
        assert (await client.get("/staf", headers=theirs)).status_code == 303
        theirs = await accounts.session(office, row["_id"])
        await client.post(f"{one}/nonaktif", data=marks, headers=me)
        assert (await client.get("/staf", headers=theirs)).status_code == 303
        mine = f"/staf/akun/{admin}"
        ends = {"peran": "admin", "sampai": "2030-12-31"}
        await client.post(f"{mine}/peran", data=marks | ends, headers=me)
        me = await accounts.session(office, admin)
        marks = await accounts.marks(client, me)
        for path, sent in (
            (f"{mine}/nonaktif", {}),
            (f"{mine}/peran", {"hapus": Grant(Role.ADMIN).key}),
            (f"{mine}/undangan", {}),
        ):
            answer = await client.post(path, data=marks | sent, headers=me)
            assert (answer.status_code, "admin balai terakhir" in answer.text) == (409, True)


async def test_a_role_is_taken_away_by_what_it_is_and_once(servers: Servers) -> None:
    async with desk(servers) as (office, client):
        me = await accounts.session(office, await accounts.account(office, Grant(Role.ADMIN)))
        marks = await accounts.marks(client, me)
        over = datetime(2030, 12, 31, 16, tzinfo=UTC)
        held = (Grant(Role.PINTU), Grant(Role.PANITIA), Grant(Role.PINTU, until=over))
        name = await accounts.account(office, *held)
        path = f"/staf/akun/{name}/peran"
        one = await client.get(f"/staf/akun/{name}", headers=me)
        assert all(f'value="{grant.key}"' in unescape(one.text) for grant in held)
        answers = [await client.post(path, data=marks | {"hapus": held[0].key}, headers=me) for _ in range(2)]
        told = [unescape((await client.get(x.headers["location"], headers=me)).text) for x in answers]
        assert ["tidak ada yang diubah" in x for x in told] == [False, True]
        theirs = await accounts.session(office, name)
        for same in ({"hapus": "99"}, {"peran": "panitia"}):
            await client.post(path, data=marks | same, headers=me)
            assert (await client.get("/staf", headers=theirs)).status_code == 200, "nothing was changed"
        both = [{"peran": "pimpinan"}, {"peran": "penelaah"}, {"hapus": held[2].key}]
        await asyncio.gather(*(client.post(path, data=marks | one, headers=me) for one in both))
        row = await office.store["accounts"].find_one({"_id": name})
        assert row is not None
        assert sorted(one["role"] for one in row["grants"]) == ["panitia", "penelaah", "pimpinan"]


async def test_two_admins_who_disable_each_other_at_once_leave_one(servers: Servers) -> None:
    async with desk(servers) as (office, client):
        for _ in range(4):
            await office.store["accounts"].delete_many({})
            pair = [await accounts.account(office, Grant(Role.ADMIN)) for _ in range(2)]
            heads = [await accounts.session(office, one) for one in pair]
            forms = [await accounts.marks(client, one) for one in heads]
            answers = await asyncio.gather(
                *(
                    client.post(f"/staf/akun/{other}/nonaktif", data=form, headers=head)
                    for other, form, head in zip(reversed(pair), forms, heads, strict=True)
                )
            )
            left = await office.store["accounts"].count_documents({"state": "active"})
            assert left == 1, [one.status_code for one in answers]


async def test_who_manages_for_a_while_is_not_left_alone_with_it(servers: Servers) -> None:
    async with desk(servers) as (office, client):
        soon = datetime.now(UTC) + timedelta(days=1)
        lasting = await accounts.account(office, Grant(Role.ADMIN))
        ending = await accounts.account(office, Grant(Role.ADMIN, until=soon))
        me = await accounts.session(office, ending)
        marks = await accounts.marks(client, me)
        for deed in ("nonaktif", "undangan"):
            answer = await client.post(f"/staf/akun/{lasting}/{deed}", data=marks, headers=me)
            assert (answer.status_code, "tanpa tanggal akhir" in answer.text) == (409, True), deed
        await accounts.account(office, Grant(Role.ADMIN))
        answer = await client.post(f"/staf/akun/{lasting}/nonaktif", data=marks, headers=me)
        assert answer.status_code == 303


async def test_an_invitation_is_put_on_the_directory_and_forgotten(servers: Servers) -> None:
    async with desk(servers) as (office, _):
        await invited(office, Grant(Role.PINTU))

        async def gone() -> bool:
            return await office.store["notices"].count_documents({}) == 0

        await until(gone)
