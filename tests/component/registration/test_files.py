"""Files over the API: what is kept and what is refused, whatever its name says, and how it is downloaded."""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from PIL import Image

from services.registration.features.files.inspected import MAX_BYTES
from tests.component.registration.browser import STAFF, announce
from tests.support.office import new_office
from tests.support.sent_files import HTML, ODT, PDF, SVG, image, office_document, packed
from tests.support.servers import Servers

FILES = "/api/v1/files"
MATERIALS = "/api/v1/activities/uji/materials"


@pytest_asyncio.fixture(scope="module")
async def client(brokerless: Servers) -> AsyncIterator[httpx.AsyncClient]:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        yield client


async def sent(client: httpx.AsyncClient, data: bytes) -> httpx.Response:
    return await client.post(FILES, content=data, headers=STAFF)


async def published(client: httpx.AsyncClient, data: bytes, title: str = "Panduan", **more: object) -> str:
    """The path of its file."""
    digest = (await sent(client, data)).json()["digest"]
    body = {"id": "panduan", "title": title, "file": digest, "public": True} | more
    answer = await client.post(MATERIALS, json=body, headers=STAFF)
    assert answer.json()["result"] == "published", answer.text
    return "/kegiatan/uji/materi/panduan"


async def test_what_a_file_is_its_content_says(client: httpx.AsyncClient) -> None:
    for data, media in (
        (PDF, "application/pdf"),
        (office_document("docx"), "wordprocessingml.document"),
        (office_document("xlsx"), "spreadsheetml.sheet"),
        (office_document("pptx"), "presentationml.presentation"),
        (ODT, "application/vnd.oasis.opendocument.text"),
        (image("JPEG"), "image/jpeg"),
        (image("PNG"), "image/png"),
        (b"Daftar hadir\nwidyaiswara, dan lain-lain\n", "text/plain"),
        ("\ufeffnama;asal\nWayan;Badung\n".encode(), "text/csv"),
    ):
        answer = await client.post(FILES, content=data, headers=STAFF | {"Content-Type": "image/jpeg"})
        assert answer.status_code == 200, answer.text
        assert answer.json()["type"].endswith(media)
        again = await sent(client, data)
        assert again.json() == answer.json(), "the same content is the same file"
    digest = (await sent(client, PDF)).json()["digest"]
    assert digest == f"sha256:{hashlib.sha256(PDF).hexdigest()}"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "kosong"),
        (HTML, "tidak diterima"),
        (b"\xef\xbb\xbf \n" + HTML, "tidak diterima"),
        (SVG, "tidak diterima"),
        (SVG.decode().encode("utf-16"), "tidak diterima"),
        (b"GIF89a" + bytes(40), "tidak diterima"),
        (b"MZ\x90\0" + bytes(200), "tidak diterima"),
        (b"teks\0biner", "tidak diterima"),
        (HTML + PDF, "tidak diterima"),
        (b"\n" + PDF[:-6], "tidak diterima"),
        (PDF[:-6], "terpotong"),
        (packed(halaman=HTML), "tidak diterima"),
        (packed(mimetype=b"application/epub+zip"), "tidak diterima"),
        (packed(x=b"", mimetype=b"application/vnd.oasis.opendocument.text"), "tidak diterima"),
        (packed(_types=b"<Types/>"), "tidak diterima"),
        (office_document("docm"), "makro"),
        (HTML + office_document("docx"), "tidak diterima"),
        (b"PK\x03\x04" + bytes(60), "tidak diterima"),
        (image("JPEG")[:300], "rusak"),
        (b"\x89PNG\r\n\x1a\n" + HTML, "rusak"),
    ],
)
async def test_what_a_browser_would_run_or_nobody_can_open_is_refused(
    client: httpx.AsyncClient, data: bytes, said: str
) -> None:
    answer = await sent(client, data)
    assert (answer.status_code, answer.json()["reason"]) == (422, "file_refused")
    assert said in answer.json()["detail"]


async def test_only_staff_send_files_and_none_that_is_too_large(client: httpx.AsyncClient) -> None:
    assert (await client.post(FILES, content=PDF)).status_code == 401
    large = await sent(client, PDF + bytes(21_000_000))
    assert (large.status_code, large.json()["reason"]) == (413, "too_large")
    most = await sent(client, PDF[:-6].ljust(MAX_BYTES - 6) + PDF[-6:])
    assert most.json()["size"] == MAX_BYTES


async def test_a_picture_that_would_fill_the_memory_is_refused_unread(client: httpx.AsyncClient) -> None:
    data = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(data, "PNG")
    assert len(data.getvalue()) < 200_000
    answer = await sent(client, data.getvalue())
    assert (answer.status_code, "50 juta piksel" in answer.json()["detail"]) == (422, True)


async def test_a_picture_is_kept_upright_and_without_what_its_camera_noted(client: httpx.AsyncClient) -> None:
    for form in ("JPEG", "PNG"):
        data = image(form, note="Rumah Contoh") + HTML
        assert b"Rumah Contoh" in data
        digest = (await sent(client, data)).json()["digest"]
        body = {"id": form.lower(), "title": "Foto", "file": digest, "public": True}
        await client.post(MATERIALS, json=body, headers=STAFF)
        kept = (await client.get(f"/kegiatan/uji/materi/{form.lower()}")).content
        assert f"sha256:{hashlib.sha256(kept).hexdigest()}" == digest
        assert b"Rumah" not in kept
        assert b"script" not in kept
        with Image.open(io.BytesIO(kept)) as found:
            assert (found.format, found.size, dict(found.getexif())) == (form, (20, 40), {})


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Panduan teknis", "Panduan%20teknis.pdf"),
        ('a"; filename="b.html', "a%20%3B%20filename%3D%20b.html.pdf"),
        ("../../etc/passwd", "%20..%20etc%20passwd.pdf"),
        ("Paparan\u202efdp.exe", "Paparanfdp.exe.pdf"),
        ("Naskah Praktik Baik – Pasé 教", "Naskah%20Praktik%20Baik%20%E2%80%93%20Pas%C3%A9%20%E6%95%99.pdf"),
        ("...", "berkas.pdf"),
    ],
)
async def test_a_file_is_saved_under_a_name_that_every_computer_takes(
    client: httpx.AsyncClient, title: str, name: str
) -> None:
    answer = await client.get(await published(client, PDF, title))
    headers = answer.headers
    plain, _, encoded = headers["Content-Disposition"].partition("; filename*=UTF-8''")
    assert plain.startswith('attachment; filename="')
    assert plain.count('"') == 2
    assert encoded.removeprefix("%20") == name.removeprefix("%20").removeprefix("..%20")
    assert headers["Content-Type"] == "application/pdf"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("sandbox;")
    assert answer.content == PDF


async def test_a_slow_line_goes_on_where_it_broke_off(client: httpx.AsyncClient) -> None:
    data = PDF[:-6] + bytes(700_000) + PDF[-6:]
    path = await published(client, data)
    whole = await client.get(path)
    tag, size = whole.headers["ETag"], len(data)
    assert (whole.headers["Accept-Ranges"], int(whole.headers["Content-Length"])) == ("bytes", size)
    assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 304
    for asked, start, end in (
        ("bytes=0-0", 0, 1),
        ("bytes=262143-262144", 262_143, 262_145),
        ("bytes=300000-", 300_000, size),
        ("bytes=-5", size - 5, size),
        ("bytes=10-99999999", 10, size),
        (f"bytes=-{size * 2}", 0, size),
    ):
        part = await client.get(path, headers={"Range": asked, "If-Range": tag})
        assert (part.status_code, part.content) == (206, data[start:end]), asked
        assert part.headers["Content-Range"] == f"bytes {start}-{end - 1}/{size}"
    head = await client.head(path)
    assert (head.status_code, int(head.headers["Content-Length"]), head.content) == (200, size, b"")


async def test_ranges_that_make_no_sense_cost_no_more_than_the_file(client: httpx.AsyncClient) -> None:
    path = await published(client, PDF)
    many = "bytes=" + ",".join(f"{at}-{at}" for at in range(20))
    for asked in (many, "bytes=", "bytes=5-2x", "items=0-5", "bytes=" + "9" * 400 + "-"):
        answer = await client.get(path, headers={"Range": asked})
        assert (answer.status_code, answer.content) == (200, PDF), asked
    stale = await client.get(path, headers={"Range": "bytes=0-3", "If-Range": '"lain"'})
    assert (stale.status_code, stale.content) == (200, PDF)
    for asked in (f"bytes={len(PDF)}-", "bytes=-0", "bytes=5-2"):
        answer = await client.get(path, headers={"Range": asked})
        assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{len(PDF)}")


async def test_a_file_that_is_not_there_is_named_by_no_material(client: httpx.AsyncClient) -> None:
    body = {"id": "p", "title": "P", "file": f"sha256:{'0' * 64}"}
    answer = await client.post(MATERIALS, json=body, headers=STAFF)
    assert (answer.status_code, answer.json()["reason"]) == (409, "file_unknown")
    assert "Unggah" in answer.json()["detail"]
    for wrong in ({"file": "sha256:x"}, {"url": "https://balai.example"}, {"file": None}):
        answer = await client.post(MATERIALS, json=body | wrong, headers=STAFF)
        assert answer.status_code == 422


async def test_the_same_file_sent_at_the_same_moment_is_kept_once(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(sent(client, PDF) for _ in range(4)))
    assert len({answer.text for answer in answers}) == 1
    assert (await client.get(await published(client, PDF))).content == PDF


class Scanner:
    """A ClamAV daemon, as far as it is asked."""

    def __init__(self, answer: bytes) -> None:
        self.answer, self.heard = answer, b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        while size := int.from_bytes(await reader.readexactly(4), "big"):
            self.heard += await reader.readexactly(size)
        writer.write(self.answer)
        writer.close()


@pytest.mark.parametrize(
    ("answer", "status"),
    [(b"stream: OK\0", 200), (b"stream: Win.Test FOUND\0", 422), (b"INSTREAM: ERROR\0", 503), (b"", 503)],
)
async def test_a_scanner_has_its_say_before_a_file_is_kept(
    brokerless: Servers, answer: bytes, status: int
) -> None:
    scanner = Scanner(answer)
    server = await asyncio.start_server(scanner.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, new_office(brokerless) as office:
        async with office.registration(clamd=f"127.0.0.1:{port}") as client:
            assert (await sent(client, PDF)).status_code == status
        assert scanner.heard == PDF
        assert await office.store["files"].count_documents({}) == (status == 200)
