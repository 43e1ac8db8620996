"""People who may be the same: compared side by side, and put aside for good."""

from tests.component.registration.browser import announce, landed, submitted, typed
from tests.component.registration.test_desk import marks
from tests.component.registration.test_pages import sound
from tests.component.registration.test_staff import staff_at
from tests.support.servers import Servers

PAGE = "/staf/mungkin-sama"
NUMBER = "1234567890123456"


async def test_both_are_shown_with_where_they_are_registered_and_put_aside(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", title="Rapat pertama")
        await announce(client, "dua", title="Rapat kedua")
        await submitted(client, "uji", **typed(1, nuptk=NUMBER))
        await submitted(client, "uji", **typed(2))
        assert "Tidak ada" in (await client.get(PAGE)).text
        contradicting = typed(2, nuptk=NUMBER)
        await submitted(client, "dua", **contradicting)
        await office.at_rest()
        assert f'<a href="{PAGE}">1 pasang' in (await client.get("/staf")).text
        page = await client.get(PAGE)
        sound(page)
        for shown in ("uji1@sekolah.example", "uji2@sekolah.example", NUMBER, "Rapat pertama", "Rapat kedua"):
            assert f"<dd>{shown}" in page.text or f">{shown}</a>" in page.text, shown
        assert page.text.count('<dd><a href="/staf/pendaftaran/') == 3
        form = await marks(client, PAGE)
        row = await office.store["perhaps_same"].find_one({})
        assert row is not None
        assert (await client.post(PAGE, data={"pasangan": row["_id"]})).status_code == 403
        answer = await client.post(PAGE, data=form | {"pasangan": row["_id"]})
        done = await office.store["history"].find_one({"deed": "compare_done"})
        assert done is not None
        assert sorted(done["about"]) == sorted(f"p:{ref}" for ref in row["refs"])
        page = await landed(client, answer)
        assert "Satu pasang ditandai sudah diperiksa." in page.text
        assert "Tidak ada" in page.text
        await submitted(client, "dua", **contradicting)
        await office.at_rest()
        assert "1 pasang" not in (await client.get("/staf")).text, "the same contradiction stays aside"


async def test_ten_pairs_make_a_small_page_and_say_that_there_are_more(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        for activity in range(3):
            await announce(client, f"uji-{activity}", title="Pengelolaan kinerja guru " * 8)
        for number in range(11):
            long = {"nama": f"Ni {'Luh ' * 40}{number}", "nuptk": f"{NUMBER[:-2]}{number:02}"}
            for activity in range(3):
                await submitted(client, f"uji-{activity}", **typed(number, **long))
            other = long | {"nama": f"I {'Made ' * 30}{number}"}
            await submitted(client, "uji-0", **typed(number) | {"nama": other["nama"]})
            await submitted(client, "uji-1", **typed(number, **other))
        await office.at_rest()
        page = await client.get(PAGE)
        sound(page)
        assert page.text.count('name="pasangan"') == 10
        assert "Dan 1 pasang lagi" in page.text
        client.cookies.clear()
        assert (await client.get(PAGE)).headers["Location"] == "/staf/masuk"
