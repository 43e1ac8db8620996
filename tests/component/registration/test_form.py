"""The form as a participant meets it: one registration however often it is sent, and mistakes by field."""

import asyncio
import re
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta

from services.registration.web.tokens import OutcomeTicket, Tokens
from tests.component.registration.browser import (
    announce,
    heading,
    landed,
    opened,
    submitted,
    token_of,
    typed,
)
from tests.support.office import LINK_KEYS, new_office
from tests.support.servers import Servers

CONFIRMED = "Anda terdaftar sebagai peserta"
WAITING = "Anda masuk daftar tunggu"


async def test_a_form_leads_to_its_outcome_under_an_address_that_is_not_the_commands(
    brokerless: Servers,
) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji", 1)
        answer = await (await opened(client, "uji")).send(**typed(1, telepon="0800 0000 1234", nip=""))
        assert answer.status_code == 303
        page = await landed(client, answer)
        assert (heading(page), page.status_code) == (CONFIRMED, 200)
        assert "Uji 1" not in page.text
        assert "uji1@" not in page.text
        fact = await office.store["facts"].find_one({"type": "id.simpul.registration.confirmed.v1"})
        assert fact is not None
        token = answer.headers["Location"].removeprefix("/hasil/")
        digest = urlsafe_b64decode(token.partition(".")[0] + "==").hex()
        assert fact["id"] not in token + digest
        assert fact["data"]["registration"] not in token + digest
        beside = await office.store["private"].find_one({"_id": fact["_id"]})
        assert beside is not None
        assert beside["registrant"]["regency"] == "51.03"
        assert "registrant" not in fact
        waiting = await submitted(client, "uji", **typed(2))
        assert heading(waiting) == WAITING
        assert "urutan ke-1" in waiting.text


async def test_double_click_and_a_later_repetition_are_one_registration_with_one_page(
    brokerless: Servers,
) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        form = await opened(client, "uji")
        answers = await asyncio.gather(*(form.send(**typed(1)) for _ in range(5)))
        answers.append(await form.send(**typed(1)))
        assert len({answer.headers["Location"] for answer in answers}) == 1
        assert heading(await landed(client, answers[-1])) == CONFIRMED
        assert await office.store["registrations"].count_documents({}) == 1
        other = await form.send(**typed(2))  # Back, and somebody else is typed in
        assert heading(await landed(client, other)) == CONFIRMED
        assert await office.store["registrations"].count_documents({}) == 2


async def test_mistakes_are_told_at_their_fields_and_what_was_typed_is_kept(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        form = await opened(client, "uji")
        wrong = typed(1, nama='Uji "><script>', email="uji@", nip="12", unsur="raja", wilayah="lain")
        answer = await form.send(**wrong, wilayah_lain="Malang")
        assert answer.status_code == 422
        linked = re.findall(r'<li><a href="#([a-z_]+)">', answer.text)
        assert linked == ["email", "unsur", "wilayah_lain", "nip"]
        for name in linked:
            field = re.search(rf'<(?:input|select) id="{name}"[^>]*>', answer.text)
            assert field is not None
            assert 'aria-invalid="true"' in field[0]
            described = re.search(r'aria-describedby="([^"]+)"', field[0])
            assert described is not None
            assert all(f'id="{one}"' in answer.text for one in described[1].split())
        assert 'value="uji@"' in answer.text
        assert 'value="Malang"' in answer.text
        assert "<script" not in answer.text
        assert "<title>Perlu diperbaiki: " in answer.text
        assert token_of(answer.text) == form.token, "mended, it is still the same form"
        assert await office.store["counted"].count_documents({}) == 0, "a mistake costs no try"
        mended = await form.send(**typed(1, wilayah="lain", wilayah_lain="kota malang"))
        assert heading(await landed(client, mended)) == CONFIRMED
        row = await office.store["registrations"].find_one({})
        assert row is not None
        assert row["who"]["regency"] == "35.73"


async def test_a_form_that_is_not_ours_or_of_another_activity_asks_to_be_sent_again(
    brokerless: Servers,
) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        await announce(client, "lain")
        form, other = await opened(client, "uji"), await opened(client, "lain")
        for token in ("", "x", other.token, form.token[:-2] + "xx", "é"):
            form.token = token
            answer = await form.send(**typed(1))
            assert answer.status_code == 422
            assert 'value="uji1@sekolah.example"' in answer.text
            assert "sekali lagi" in answer.text
        assert await office.store["people"].count_documents({}) == 0
        form.token = token_of(answer.text)
        assert heading(await landed(client, await form.send(**typed(1)))) == CONFIRMED


async def test_a_form_from_another_sites_page_is_refused(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        form = await opened(client, "uji")
        for origin in (
            "https://jahat.example",
            "null",
            "https://office.example.jahat.example",
            "http://office.example",
        ):
            form.headers = {"Origin": origin}
            answer = await form.send(**typed(1))
            assert (answer.status_code, heading(answer)) == (403, "Formulir tidak dapat diterima")
        form.headers = {"Origin": "https://office.example"}
        assert (await form.send(**typed(1))).status_code == 303
        assert await office.store["registrations"].count_documents({}) == 1


async def test_only_what_the_quotas_take_is_offered_and_taken(brokerless: Servers) -> None:
    quotas = [
        {"id": "fasilitator", "seats": 2, "categories": ["fasilitator"], "cohorts": [1, 2]},
        {"id": "badung", "seats": 2, "categories": ["kepala-sekolah"], "regencies": ["51.03", "51.71"]},
    ]
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji", quotas=quotas)
        form = await opened(client, "uji")
        page = (await client.get("/kegiatan/uji/daftar")).text
        for offered in ("fasilitator", "kepala-sekolah", "51.03", "1"):
            assert f'<option value="{offered}"' in page
        assert '<option value="guru"' not in page
        nobodys = await form.send(**typed(1, unsur="kepala-sekolah", wilayah="51.08", angkatan="1"))
        assert nobodys.status_code == 422
        assert re.findall(r'<li><a href="#([a-z_]+)">', nobodys.text) == ["unsur"]
        assert (await form.send(**typed(1, unsur="fasilitator", angkatan="2"))).status_code == 303
        row = await office.store["registrations"].find_one({})
        assert row is not None
        assert row["line"] == "fasilitator"


async def test_before_and_after_its_window_there_is_no_form(brokerless: Servers) -> None:
    now = datetime.now(UTC)
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "nanti", opens=now + timedelta(hours=1))
        await announce(client, "lewat", closes=now - timedelta(hours=1))
        tokens = Tokens(LINK_KEYS)
        for name, told in (("nanti", "Pendaftaran dibuka "), ("lewat", "Pendaftaran sudah ditutup ")):
            sent = {"token": tokens.new_form(name)} | typed(1)
            for answer in (
                await client.get(f"/kegiatan/{name}/daftar"),
                await client.post(f"/kegiatan/{name}/daftar", data=sent),
            ):
                assert (answer.status_code, answer.headers["Location"]) == (303, f"/kegiatan/{name}")
            assert told in (await client.get(f"/kegiatan/{name}")).text
        assert await office.store["people"].count_documents({}) == 0


async def test_undecided_says_so_and_what_to_do(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        nobodys = Tokens(LINK_KEYS).of_outcome(OutcomeTicket(b"0" * 16, "uji"))
        page = await client.get(f"/hasil/{nobodys}")
        assert heading(page) == "Pendaftaran Anda sedang diproses"
        assert '<a class="button" href="">Muat ulang halaman ini</a>' in page.text
        decided = await submitted(client, "uji", **typed(1))
        assert "Muat ulang" not in decided.text
