"""Signing in as the directorate: for twelve hours, at every instance, until the token changes."""

import re
from html import unescape

import httpx

from shared.mongo.driver import Store
from tests.integration.reporting.test_answers import client, gathered
from tests.support.markup import sound
from tests.support.office import DIRECTORATE_TOKEN

HANDFUL = "/?category=komunitas"
EXACT = "<dt>Terkonfirmasi</dt><dd>3</dd>"


async def signed_in(one: httpx.AsyncClient) -> str:
    """The mark that its forms carry."""
    answer = await one.post("/masuk", data={"sandi": f" {DIRECTORATE_TOKEN}"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return csrf_of(await one.get("/"))


def csrf_of(page: httpx.Response) -> str:
    return unescape(re.search(r'name="csrf" value="([^"]+)"', page.text)[1])  # type: ignore[index]


async def test_who_signs_in_sees_exact_figures_until_they_sign_out(store: Store) -> None:
    await gathered(store)
    async with client(store) as one:
        refused = await one.post("/masuk", data={"sandi": "salah"})
        assert (refused.status_code, "set-cookie" in refused.headers) == (422, False)
        assert "Token ini salah" in refused.text
        csrf = await signed_in(one)
        assert EXACT in (await one.get(HANDFUL)).text
        assert ",3,0," in (await one.get("/api/v1/figures.csv?by=category,cohort")).text
        assert (await one.post("/keluar", data={"csrf": csrf})).headers["location"].startswith("/masuk?")
        assert "<dd>&lt;5</dd>" in (await one.get(HANDFUL)).text
        again = await one.post("/keluar", data={"csrf": csrf})
        assert (again.status_code, again.headers["location"]) == (303, "/masuk")


async def test_a_session_is_known_to_every_instance_and_ends_with_the_token(store: Store) -> None:
    await gathered(store)
    async with client(store) as first, client(store) as second:
        await signed_in(first)
        second.cookies = first.cookies
        assert EXACT in (await second.get(HANDFUL)).text
    async with client(store, directorate_token_hash="0" * 64) as renewed:
        renewed.cookies = first.cookies
        assert EXACT not in (await renewed.get(HANDFUL)).text
        assert (await renewed.get("/api/v1/figures?by=cohort")).status_code == 401


async def test_the_sessions_cookie_is_for_nobody_else(store: Store) -> None:
    async with client(store, public_url="https://nasional.example") as one:
        answer = await one.post("/masuk", data={"sandi": DIRECTORATE_TOKEN})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-simpul-direktorat=")
    for trait in ("; HttpOnly", "; Secure", "; SameSite=strict", "; Path=/", "; Max-Age=43200"):
        assert trait in cookie
    assert "Domain" not in cookie
    assert DIRECTORATE_TOKEN not in cookie


async def test_a_forged_session_is_none(store: Store) -> None:
    async with client(store) as one:
        one.cookies.set("simpul-direktorat", "IiI.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
        assert (await one.get("/api/v1/figures?by=cohort")).status_code == 401


async def test_forms_of_other_sites_and_of_earlier_sessions_are_refused_in_a_page(store: Store) -> None:
    async with client(store) as one:
        foreign = {"Origin": "https://jahat.example"}
        answer = await one.post("/masuk", data={"sandi": DIRECTORATE_TOKEN}, headers=foreign)
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
        sound(answer.text)
        earlier = await signed_in(one)
        mine = await signed_in(one)
        for mark in ("", "x", earlier):
            answer = await one.post("/keluar", data={"csrf": mark})
            assert answer.status_code == 403
            sound(answer.text)
        answer = await one.post("/keluar", data={"csrf": mine}, headers={"Origin": "null"})
        assert answer.status_code == 403
        assert 'value="' + mine in (await one.get("/")).text, "nobody was signed out"


async def test_a_page_of_an_earlier_session_is_not_taken_for_known(store: Store) -> None:
    async with client(store) as one:
        await signed_in(one)
        tag = (await one.get("/")).headers["etag"]
        assert (await one.get("/", headers={"If-None-Match": tag})).status_code == 304
        await signed_in(one)
        assert (await one.get("/", headers={"If-None-Match": tag})).status_code == 200


async def test_who_guesses_waits_at_page_and_token_alike(store: Store) -> None:
    async with client(store, failed_sign_ins_per_address=2) as one:
        assert (await one.post("/masuk", data={"sandi": "salah"})).status_code == 422
        wrong = {"Authorization": "Bearer salah"}
        assert (await one.get("/api/v1/figures?by=cohort", headers=wrong)).status_code == 401
        for answer in (
            await one.post("/masuk", data={"sandi": DIRECTORATE_TOKEN}),
            await one.get("/api/v1/figures", headers=wrong),
        ):
            assert (answer.status_code, "retry-after" in answer.headers) == (429, True)
        assert (await one.get("/")).status_code == 200
