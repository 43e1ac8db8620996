"""Who types in somebody else's name learns nothing of them through the form, and changes nothing."""

import re

from tests.component.registration.browser import announce, heading, opened, submitted, typed, without_names
from tests.support.office import new_office
from tests.support.servers import Servers

NEUTRAL = "Pendaftaran sudah kami terima"
NUPTK = "1234 5678 9012 3456"


async def test_whatever_a_known_person_takes_part_in_the_page_is_the_same(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "dulu")
        await announce(client, "uji", 3)
        for number in range(5):  # 0 to 2 have a seat, 3 and 4 wait
            await submitted(client, "uji", **typed(number))
        for number in (5, 6):
            await submitted(client, "dulu", **typed(number))
        pages = []
        for number in (0, 3, 5, 6):  # confirmed, waiting, only known, only known
            form = await opened(client, "uji")
            answer = await form.send(**typed(number))
            pages.append((answer.status_code, len(answer.headers["Location"]), answer.headers["Location"]))
        shown = [await client.get(location) for _, _, location in pages]
        assert {heading(page) for page in shown} == {NEUTRAL}
        assert len({page.text for page in shown}) == 1, "not one byte differs"
        assert len({(status, length) for status, length, _ in pages}) == 1
        assert await office.store["registrations"].count_documents({"activity": "uji"}) == 7


async def test_a_stranger_with_somebodys_number_takes_nothing_over(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "dulu")
        await announce(client, "uji")
        await submitted(client, "dulu", **typed(1, nuptk=NUPTK, telepon="0800 0000 1111"))
        contact = await office.store["people"].find_one({"who": {"$exists": True}})
        assert contact is not None
        stranger = typed(9, nuptk=NUPTK, telepon="0800 0000 9999", email="jahat@lain.example")
        page = await submitted(client, "uji", **stranger)
        assert not re.search(r"uji1@|0800|1111|Uji 1\b", page.text)
        assert await office.store["people"].find_one({"_id": contact["_id"]}) == contact
        row = await office.store["registrations"].find_one({"activity": "uji"})
        assert row is not None
        assert row["who"]["contact"] != contact["_id"], "a number that anyone types is nobody's"


async def test_a_stranger_with_somebodys_name_and_address_changes_nothing_of_them(
    brokerless: Servers,
) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "dulu")
        await announce(client, "uji")
        await submitted(client, "dulu", **typed(1, telepon="0800 0000 1111"))
        contact = await office.store["people"].find_one({})
        assert contact is not None
        page = await submitted(client, "uji", **typed(1, nuptk=NUPTK, telepon="0800 0000 9999"))
        assert heading(page) == NEUTRAL
        assert not re.search(r"uji1@|0800|1111|9999|Uji 1\b", page.text)
        stands = await office.store["people"].find_one({})
        assert stands is not None
        assert (stands["who"], stands["known_by"]) == (contact["who"], contact["known_by"])
        row = await office.store["registrations"].find_one({"activity": "uji"})
        assert row is not None
        assert row["who"]["contact"] == contact["_id"], "mails go to the address on record"


async def test_a_form_cannot_ask_after_somebody_without_registering_them(brokerless: Servers) -> None:
    """Where nobody new would be taken, what is refused is refused before anybody is looked up."""
    quotas = [
        {"id": "guru", "seats": 5, "categories": ["guru"], "regencies": ["51.03", "51.71"]},
        {"id": "dinas", "seats": 5, "categories": ["dinas"], "regencies": ["51.08"]},
    ]
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji", quotas=quotas)
        await submitted(client, "uji", **typed(1))
        form = await opened(client, "uji")
        answers = [await form.send(**typed(number, wilayah="51.08")) for number in (1, 2)]
        assert [answer.status_code for answer in answers] == [422, 422]
        known, unknown = without_names(answers)
        assert known == unknown
