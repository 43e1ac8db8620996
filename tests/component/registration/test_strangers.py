"""What a stranger learns who tries names, numbers and addresses of others, or tokens of other pages."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

import httpx

from services.registration.web.tokens import Tokens
from tests.component.registration.browser import (
    STAFF,
    announce,
    heading,
    opened,
    submitted,
    typed,
    without_names,
)
from tests.component.registration.test_pages import cancel_link
from tests.support.office import LINK_KEYS, TestOffice, new_office, person
from tests.support.servers import Servers
from tests.support.waiting import until

NIP = "19350101 196001 1 001"  # a civil servant who would be ninety


async def contacts(office: TestOffice) -> list[object]:
    return await office.store["people"].find({"who": {"$exists": True}}).sort("_id").to_list(None)


async def test_half_of_what_names_somebody_is_answered_like_what_names_nobody(brokerless: Servers) -> None:
    """An address with another name, a civil servant's number with another name, a name alone."""
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "dulu")
        await announce(client, "uji")
        await submitted(client, "dulu", **typed(1, nip=NIP, telepon="0800 0000 1111"))
        victims = await contacts(office)
        half = [
            typed(2, email="uji1@sekolah.example"),
            typed(3, nip=NIP),
            typed(1, email="lain@sekolah.example"),
        ]
        guesses = [*half, typed(4), typed(5, nip="19360202 196102 2 002")]
        shown = [await submitted(client, "uji", **guess) for guess in guesses]
        assert {heading(page) for page in shown} == {"Anda terdaftar sebagai peserta"}
        assert len({page.text for page in shown}) == 1, "not one byte differs"
        assert not re.search(r"0800|uji1@", shown[0].text)
        assert [one for one in await contacts(office) if one in victims] == victims, (
            "nothing of theirs changed"
        )


async def test_what_is_known_is_not_told_by_how_a_mistake_is_told(brokerless: Servers) -> None:
    """Whether somebody is known or not, the same mistake beside their name gets the same page."""
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        await submitted(client, "uji", **typed(1))
        form = await opened(client, "uji")
        wrong = [await form.send(**typed(number, nip="12")) for number in (1, 2)]
        assert [page.status_code for page in wrong] == [422, 422]
        known, unknown = without_names(wrong)
        assert known == unknown


async def test_no_token_opens_another_page_nor_can_be_made_into_one(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        await submitted(client, "uji", **typed(1))
        answer = await (await opened(client, "uji")).send(**typed(1))  # somebody who is known
        outcome = answer.headers["Location"].removeprefix("/hasil/")
        link = (await cancel_link(office)).removeprefix("/batal/")
        form = Tokens(LINK_KEYS).new_form("uji")
        row = await office.store["registrations"].find_one({})
        assert row is not None
        for page, tokens in (
            ("hasil", (link, form, *altered(outcome), row["_id"])),
            ("batal", (outcome, form, *altered(link), row["_id"])),
        ):
            for token in tokens:
                answers = [await client.get(f"/{page}/{token}")]
                if page == "batal":
                    answers.append(await client.post(f"/{page}/{token}"))
                assert [answer.status_code for answer in answers] == [404] * len(answers), (page, token)
        assert (await office.store["registrations"].find_one({}))["status"] == "confirmed"  # type: ignore[index]


def altered(token: str) -> list[str]:
    """The same claim with a bit turned, under the old signature; with an end cut off; with none."""
    claim, _, signature = token.rpartition(".")
    if claim.endswith(".1"):
        turned = claim[:-1] + "0"
    else:
        turned = urlsafe_b64encode(urlsafe_b64decode(claim + "===") + b" ").decode().rstrip("=")
    return [f"{turned}.{signature}", token[:-3], claim, f"{claim}.{'A' * len(signature)}"]


async def test_the_api_shows_a_stranger_nothing_of_the_first_registration(brokerless: Servers) -> None:
    url, wait = "/api/v1/activities/uji/registrations", {"Prefer": "wait=20"}
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji", 1)
        answers: list[httpx.Response] = []
        await announce(client, "lain")
        await client.post(url.replace("uji", "lain"), json=person(3), headers=wait)
        for number in (
            1,
            2,
            1,
            2,
            3,
        ):  # confirmed, waiting; then each asked after, and one known from elsewhere
            answers.append(await client.post(url, json=person(number), headers=wait))
        first, second, *asked = answers
        assert [first.json()["result"], second.json()["result"]] == ["confirmed", "waitlisted"]
        assert [answer.status_code for answer in asked] == [202] * 3
        told = [answer.json() | {"command": None} for answer in asked]
        later = [(await client.get(answer.headers["Location"])).json() for answer in asked]
        assert told[0] == told[1] == told[2], "where they stand cannot be told from it"
        assert [(one["state"], one["result"]) for one in later] == [("decided", "received")] * 3
        assert len({one["message"] for one in later}) == 1
        assert all(one.keys() == {"command", "state", "result", "message"} for one in later)
        for answer in asked:
            assert first.json()["registration"] not in answer.text
            assert not re.search(r"uji\d@|Uji \d", answer.text)
        for private in (url, f"{url}?limit=1"):
            assert (await client.get(private)).status_code == 401


async def test_where_nobody_new_is_taken_everybody_is_told_so_alike(brokerless: Servers) -> None:
    """Registered, known from elsewhere or never seen: the answer is one, and nothing is asked or kept."""
    wait, url = {"Prefer": "wait=20"}, "/api/v1/activities/uji/registrations"
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji", quotas=[{"id": "guru", "seats": 5, "categories": ["guru"]}])
        await announce(client, "lain")
        assert (await client.post(url, json=person(1), headers=wait)).status_code == 200
        await client.post(url.replace("uji", "lain"), json=person(2), headers=wait)
        others = [person(number, category="dinas") for number in (1, 2, 3)]
        answers = [await client.post(url, json=one, headers=wait) for one in others]
        assert {(answer.status_code, answer.json()["reason"]) for answer in answers} == {
            (409, "not_eligible")
        }
        closed = {"closes": "2024-01-02T00:00:00+08:00", "opens": "2024-01-01T00:00:00+08:00"}
        changed = await client.patch("/api/v1/activities/uji", json=closed, headers=STAFF)
        assert changed.status_code == 200, changed.text

        async def alike() -> bool:  # the door reads an activity anew every second
            answers = [await client.post(url, json=person(number), headers=wait) for number in (1, 2, 3)]
            found = [(answer.status_code, answer.text) for answer in answers]
            return len(set(found)) == 1 and "window_closed" in found[0][1]

        await until(alike)
        assert await office.store["people"].count_documents({}) == 2
