"""The whole way in a real Chromium, without JavaScript: register, hear of it, leave, the next moves up."""

import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import xlsxwriter
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from local.machine import free_port
from services.notification.provision import provision_office
from services.reporting.cli import provision_national
from tests.support.deployment import Deployment, deployment
from tests.support.office import DIRECTORATE_TOKEN, STAFF_TOKEN, activity
from tests.support.servers import Servers
from tests.support.waiting import until
from tests.unit.registration.test_list_columns import GOOGLE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
expect.set_options(timeout=30_000)  # a page is waited for as a person does, on a busy machine too
PHONE = {"width": 360, "height": 740}


@dataclass
class Place:
    """An office with one activity of one seat, the nation, and two phones' worth of a browser."""

    deployment: Deployment
    office: str
    national: str
    browser: Browser
    visited: list[str]

    async def page(self) -> Page:
        """A phone of its own, without JavaScript."""
        context = await self.browser.new_context(viewport=PHONE, java_script_enabled=False, locale="id-ID")  # type: ignore[arg-type]
        page = await context.new_page()
        page.on("framenavigated", lambda frame: self.visited.append(frame.url))
        return page

    async def mail(self, to: str, subject: str) -> dict[str, Any]:
        async def come() -> dict[str, Any] | None:
            found = [
                mail
                for mail in await self.deployment.mails()
                if to in str(mail["to"]) and mail["subject"].startswith(subject)
            ]
            return found[0] if found else None

        found: dict[str, Any] = await until(come)
        return found


@pytest_asyncio.fixture
async def place(servers: Servers, tmp_path: Path) -> AsyncIterator[Place]:
    async with deployment(servers, tmp_path) as running, async_playwright() as playwright:
        await provision_office(running.office.code, servers.mongo, "motor", running.office.kafka)
        await provision_national(servers.mongo, "motor", running.office.kafka)
        await running.start_mailbox()
        mails = free_port()
        running.env["SIMPUL_NOTIFICATION_URL"] = f"http://127.0.0.1:{mails}"
        running.env["SIMPUL_MAIL_ONLY_TO"] = "@sekolah.example"  # another address is one that is mistyped
        registration = await running.start("registration", "services.registration.main")
        running.env["SIMPUL_PUBLIC_URL"] = registration.url
        await running.start("notification", "services.notification.main", port=mails)
        reporting = await running.start("reporting", "services.reporting.main")
        published = await running.office.put(activity("uji", 1, title="Rapat koordinasi uji"), "uji")
        await running.office.outcome("uji", published)
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield Place(running, registration.url, reporting.url, browser, [])
        await browser.close()


async def headed(page: Page, heading: str) -> None:
    await expect(page.get_by_role("heading", level=1)).to_have_text(heading)


async def register(page: Page, office: str, name: str, email: str) -> None:
    """From the list of activities to the outcome, as a person goes."""
    await page.goto(office)
    await page.get_by_role("link", name="Rapat koordinasi uji").click()
    await page.get_by_role("link", name="Daftar", exact=True).click()
    await page.get_by_role("button", name="Kirim pendaftaran").click()
    await expect(page.get_by_role("alert"), "an empty form says what it lacks").to_be_visible()
    await page.get_by_label("Nama lengkap").fill(name)
    await page.get_by_label("Alamat email").fill(email)
    await page.get_by_label("Unsur").select_option("guru")
    await page.get_by_label("Kabupaten atau kota", exact=True).select_option("51.03")
    await page.get_by_role("button", name="Kirim pendaftaran").click()
    await page.wait_for_url("**/hasil/**")


async def test_from_the_form_to_the_nations_figures(place: Place) -> None:
    first, second = await place.page(), await place.page()
    await register(first, place.office, "Ni Made Contoh", "made@sekolah.example")
    await headed(first, "Anda terdaftar sebagai peserta")
    await register(second, place.office, "I Ketut Contoh", "ketut@sekolah.example")
    await headed(second, "Anda masuk daftar tunggu")

    mail = await place.mail("made@sekolah.example", "Terkonfirmasi")
    (link,) = set(re.findall(rf"{place.office}/batal/\S+", mail["text"]))
    await first.goto(link)
    await first.get_by_role("button", name="Ya, batalkan pendaftaran saya").click()
    await headed(first, "Pendaftaran Anda sudah dibatalkan")
    await first.goto(link)  # Back, or the mail opened again
    await expect(first.get_by_role("heading", level=1)).to_contain_text("sudah dibatalkan")

    await place.mail("ketut@sekolah.example", "Terkonfirmasi dari daftar tunggu")
    await second.goto(place.office)
    await second.get_by_role("link", name="Pendaftaran saya").click()
    await second.get_by_label("Alamat email").fill("Ketut@sekolah.example")
    await second.get_by_role("button", name="Kirim tautannya").click()
    await headed(second, "Periksa email Anda")
    mail = await place.mail("ketut@sekolah.example", "Pendaftaran saya")
    (path,) = set(re.findall(r"/saya/\S+", mail["text"]))
    await second.goto(f"{place.office}{path}")
    await expect(second.get_by_text("Terkonfirmasi", exact=True)).to_be_visible()
    await second.get_by_role("link", name="Rapat koordinasi uji").click()
    await expect(second.get_by_text("I Ketut Contoh")).to_be_visible()

    await first.goto(f"{place.national}/masuk")
    await first.get_by_label("Token").fill(DIRECTORATE_TOKEN)
    await first.get_by_role("button", name="Masuk").click()

    async def counted() -> bool:
        await first.goto(f"{place.national}/balai/{place.deployment.office.code}")
        row = first.get_by_role("row").filter(has_text="Rapat koordinasi uji")
        if not await row.count():
            return False
        seats, confirmed, _, cancelled = (await row.get_by_role("cell").all_inner_texts())[:4]
        return [seats, confirmed, cancelled] == ["1", "1", "1"]

    await until(counted)
    await all_pages_are_accessible(place, first)


async def all_pages_are_accessible(place: Place, seen_by: Page) -> None:
    """axe-core finds nothing on any page that was seen, and none asked another host for anything."""
    context = await place.browser.new_context(viewport=PHONE, bypass_csp=True)  # type: ignore[arg-type]
    await context.add_cookies(await seen_by.context.cookies())  # type: ignore[arg-type]
    page = await context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for url in dict.fromkeys([*place.visited, f"{place.office}/staf/masuk", f"{place.national}/masuk"]):
        if url.startswith("http"):
            await page.goto(url)
            found = await Axe().run(page)
            assert found.violations_count == 0, (url, found.generate_report())
    hosts = {httpx.URL(url).netloc for url in asked if url.startswith("http")}
    assert hosts == {httpx.URL(place.office).netloc, httpx.URL(place.national).netloc}


async def test_staff_import_tick_correct_send_again_and_cancel(place: Place, tmp_path: Path) -> None:
    page = await place.page()
    await page.goto(f"{place.office}/staf")
    await page.get_by_label("Token petugas").fill("salah")
    await page.get_by_role("button", name="Masuk").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_label("Token petugas").fill(STAFF_TOKEN)
    await page.get_by_role("button", name="Masuk").click()
    await expect(page.get_by_text("Rapat koordinasi uji").first).to_be_visible()
    await page.get_by_role("link", name="Rapat koordinasi uji").click()

    await page.get_by_role("link", name="Impor undangan").click()
    sheet = tmp_path / "undangan.xlsx"
    with xlsxwriter.Workbook(sheet) as book:
        rows = [["Nama", "Email", "Unsur"]]
        rows += [["Ni Made Contoh 1", "made1@sekola.example", "guru"]]
        rows += [["Ni Made Contoh 2", "made2@sekolah.example", "guru"]]
        made = book.add_worksheet()
        for at, row in enumerate([*rows, ["Tanpa Unsur", "tanpa@sekolah.example", "raja"]]):
            made.write_row(at, 0, row)
    await page.get_by_label("Berkas Excel").set_input_files(sheet)
    await page.get_by_role("button", name="Periksa berkas").click()
    await expect(page.get_by_text("Unsur tidak dikenal")).to_be_visible()
    await page.get_by_role("button", name="Daftarkan 2 orang").click()
    await page.get_by_text("masuk daftar tunggu").wait_for()
    await page.get_by_role("link", name="Kembali ke peserta").click()

    await page.get_by_role("link", name="Daftar centang kehadiran").click()
    await page.get_by_label("Ni Made Contoh 1").check()
    await page.get_by_role("button", name="Simpan", exact=True).click()
    await expect(page.get_by_text("1 perubahan kehadiran tersimpan")).to_be_visible()
    await expect(page.get_by_label("Ni Made Contoh 1")).to_be_checked()

    await page.get_by_role("link", name="Rapat koordinasi uji").click()
    await page.get_by_label("Cari nama, email").fill("made1@")
    await page.get_by_role("button", name="Cari").click()
    assert "made1" not in page.url
    await page.get_by_role("link", name="Ni Made Contoh 1").click()
    await page.get_by_label("Alamat email").fill("betul@sekolah.example")
    await page.get_by_role("button", name="Simpan perbaikan").click()
    await page.get_by_text("Data sudah diperbaiki dan sampai").wait_for()
    await page.get_by_role("button", name="Kirim lagi 1 email yang belum sampai").click()
    await expect(page.get_by_text("Sudah diantrekan lagi")).to_be_visible()
    await place.mail("betul@sekolah.example", "Terkonfirmasi")
    await page.get_by_role("link", name="Batalkan pendaftaran ini").click()
    await page.get_by_role("button", name="Ya, batalkan").click()
    await place.mail("betul@sekolah.example", "Pendaftaran dibatalkan")
    await place.mail("made2@sekolah.example", "Terkonfirmasi dari daftar tunggu")
    further = ("terbit", "terbit/yaml", "surel", "surel?status=sent", "mungkin-sama")
    place.visited += [f"{place.office}/staf/{path}" for path in further]
    of_activity = ("kursi", "batal", "impor-kehadiran", "daftarkan", "surel")
    place.visited += [f"{place.office}/staf/kegiatan/uji/{path}" for path in of_activity]
    await all_pages_are_accessible(place, page)


async def test_a_question_is_stated_answered_by_phone_and_read_from_a_google_form(
    place: Place, tmp_path: Path
) -> None:
    staff = await place.page()
    await staff.goto(f"{place.office}/staf")
    await staff.get_by_label("Token petugas").fill(STAFF_TOKEN)
    await staff.get_by_role("button", name="Masuk").click()
    await staff.get_by_role("link", name="Rapat koordinasi uji").click()
    await staff.get_by_role("link", name="Ubah kegiatan").click()
    await staff.get_by_role("button", name="Tambah pertanyaan").click()
    await staff.get_by_label("Pertanyaan", exact=True).fill("Ukuran kaos")
    await staff.get_by_label("Cara menjawab").select_option("Satu pilihan")
    await staff.get_by_label("Pilihan", exact=True).fill("S\nM")
    await staff.get_by_label("Wajib dijawab").check()
    await staff.get_by_label("Hanya untuk unsur").fill("guru")
    await staff.get_by_role("button", name="Selesai").click()
    await headed(staff, "Ubah kegiatan")
    await staff.get_by_role("button", name="Periksa").last.click()
    await expect(staff.get_by_text("Yang sudah mendaftar tidak ditanyai lagi")).to_be_visible()
    await staff.get_by_role("button", name="Simpan").first.click()
    await expect(staff.get_by_text("Kegiatan sudah diubah")).to_be_visible()

    phone = await place.page()
    await phone.goto(f"{place.office}/kegiatan/uji/daftar")
    await phone.get_by_label("Unsur").select_option("guru")
    await phone.get_by_role("button", name="Lanjut ke isian").click()
    await phone.get_by_label("Nama lengkap").fill("Ni Made Contoh")
    await phone.get_by_label("Alamat email").fill("made@sekolah.example")
    await phone.get_by_label("Kabupaten atau kota", exact=True).select_option("51.03")
    await phone.get_by_role("button", name="Kirim pendaftaran").click()
    await expect(phone.get_by_role("alert")).to_contain_text("Ukuran kaos: wajib dijawab")
    await phone.get_by_label("Ukuran kaos").select_option("M")
    await phone.get_by_role("button", name="Kirim pendaftaran").click()
    await headed(phone, "Anda terdaftar sebagai peserta")

    await staff.get_by_role("link", name="Impor undangan").click()
    listed = tmp_path / "jawaban.csv"
    listed.write_text(GOOGLE, encoding="utf-8-sig")
    await staff.get_by_label("Berkas Excel").set_input_files(listed)
    await staff.get_by_role("button", name="Periksa berkas").click()
    await headed(staff, "Pilih kolom")
    await staff.get_by_label("Nama", exact=True).select_option("C: Nama Lengkap (beserta gelar)")
    await staff.get_by_label("Unsur", exact=True).select_option("D: Anda mendaftar sebagai apa?")
    await staff.get_by_role("button", name="Simpan dan periksa berkas").click()
    await staff.get_by_label("bapak/ibu guru kelas").select_option("guru")
    await staff.get_by_role("button", name="Simpan dan periksa berkas").click()
    await headed(staff, "Periksa sebelum dikirim")
    await staff.get_by_role("button", name="Daftarkan 2 orang").click()
    await staff.get_by_text("masuk daftar tunggu").wait_for()
    await staff.get_by_role("link", name="Kembali ke peserta").click()
    await staff.get_by_text("Saring menurut").click()
    await staff.get_by_label("Pertanyaan", exact=True).select_option("Ukuran kaos")
    await staff.get_by_label("Jawabannya memuat").fill("m")
    await staff.get_by_role("button", name="Saring").click()
    await expect(staff.get_by_text("2 pendaftaran sesuai")).to_be_visible()
    await staff.get_by_role("link", name="Ni Uji, S.Pd.").click()
    await expect(staff.get_by_text("Ukuran kaos")).to_be_visible()
    await all_pages_are_accessible(place, staff)
