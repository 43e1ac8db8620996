"""What a participant's browser shows while the broker or the database is away."""

import pytest

from tests.component.registration.browser import announce, heading, landed, opened, token_of, typed
from tests.support.office import new_office
from tests.support.servers import ServerRoom
from tests.support.waiting import until

pytestmark = pytest.mark.broker


async def test_a_form_sent_while_the_broker_is_stopped_keeps_what_was_typed_and_registers_once(
    server_room: ServerRoom,
) -> None:
    servers = await server_room.servers()
    async with new_office(servers) as office, office.registration() as client:
        await announce(client, "uji")
        form = await opened(client, "uji")
        servers.broker.pause()
        answer = await form.send(**typed(1))
        servers.broker.resume()
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert 'value="uji1@sekolah.example"' in answer.text
        assert token_of(answer.text) == form.token

        async def taken() -> bool:
            return (await form.send(**typed(1))).status_code == 303

        await until(taken)
        page = await landed(client, await form.send(**typed(1)))
        assert heading(page) == "Anda terdaftar sebagai peserta"
        await office.at_rest()
        assert await office.store["registrations"].count_documents({}) == 1


async def test_pages_while_the_database_is_away_are_pages_that_ask_for_patience(
    server_room: ServerRoom,
) -> None:
    servers = await server_room.servers()
    async with new_office(servers) as office, office.registration() as client:
        await announce(client, "uji")
        form = await opened(client, "uji")
        servers.mongod.kill()
        for answer in (await client.get("/"), await client.get("/kegiatan/uji"), await form.send(**typed(1))):
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
            assert heading(answer) == "Layanan sedang tidak dapat dihubungi"
        await servers.mongod.restart()

        async def taken() -> bool:
            return (await form.send(**typed(1))).status_code == 303

        await until(taken, every=0.3)
