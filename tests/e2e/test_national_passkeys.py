"""Somebody of the directorate adds a passkey, and sees exact figures with it, in a real Chromium."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from local.machine import free_port
from services.reporting.cli import provision_national
from services.reporting.domain.permissions import Role
from shared.contracts.topics import NATIONAL_DATABASE
from shared.mongo.driver import connect
from tests.e2e.test_passkeys import CHROMIUM, browser_with_authenticator
from tests.support import directorate
from tests.support.deployment import deployment
from tests.support.servers import ServerRoom

pytestmark = [
    pytest.mark.broker,
    pytest.mark.once,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


async def test_a_passkey_signs_the_directorate_in(server_room: ServerRoom, tmp_path: Path) -> None:
    servers, port = await server_room.servers(), free_port()
    nation = f"http://localhost:{port}"
    async with (
        deployment(servers, tmp_path) as running,
        browser_with_authenticator() as (page, _, _),
    ):
        await provision_national(servers.mongo, "pymongo", running.office.kafka)
        running.env["SIMPUL_PUBLIC_URL"] = nation
        await running.start("reporting", "services.reporting.main", port=port)
        store = connect(servers.mongo, NATIONAL_DATABASE, "pymongo")
        header = await directorate.signed_in(store, Role.MELIHAT)
        await store.close()
        cookie = {"name": directorate.COOKIE, "value": header["Cookie"].partition("=")[2], "url": nation}
        await page.context.add_cookies([cookie])  # type: ignore[list-item]
        await page.goto(f"{nation}/")
        await page.get_by_role("link", name="Perangkat saya").click()
        await page.get_by_role("link", name="Kunci sandi saya").click()
        await page.get_by_role("button", name="Tambah kunci sandi").click()
        await expect(page.get_by_text("Kunci sandi sudah ditambah")).to_be_visible()
        await page.get_by_role("button", name="Keluar").click()
        await expect(page.get_by_text("Anda sudah keluar")).to_be_visible()
        await page.get_by_role("link", name="Masuk dengan kunci sandi").click()
        await page.get_by_role("button", name="Pakai kunci sandi").click()
        await page.wait_for_url(f"{nation}/")
        await expect(page.get_by_text("Angka ditampilkan tanpa penyamaran")).to_be_visible()
