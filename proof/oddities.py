"""What no careful person sends, through the doors of HTTP: bodies, forms and sheets.

What was answered goes to the history as `odd`; odd records are those of `proof.poison`.
"""

import asyncio
import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Any, Final

import httpx
import xlsxwriter

from proof.history import History
from proof.offices import OfficeView
from proof.plan import Plan

TIMEOUT: Final = 30  # seconds: how slow it may be is asked elsewhere
PAUSE: Final = 0.5
JSON, YAML, SHEET = "application/json", "application/yaml", "application/octet-stream"
Given = dict[str, Any]
SHEET_PART, BOOK_PART = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
LATER: Final = "9999-12-31T23:59:59Z"


def _with(**fields: Any) -> Callable[[Given], Given]:
    return lambda body: body | fields


def _last_session(at: str) -> Callable[[Given], Given]:
    return lambda body: body | {"sessions": [body["sessions"][0] | {"ends": at}]}


ACTIVITIES: Final[dict[str, Callable[[Given], Given]]] = {
    "closes in 9999": _with(closes=LATER),
    "opens in 24": _with(opens="0024-01-01T00:00:00+07:00"),
    "ends in 9999": _last_session(LATER),
    "a reminder of a million days": _with(reminder_before="P999999D"),
    "a reminder before birth": _with(reminder_before="-P999999D"),
    "a title of invisible signs": _with(title="\u200b\u2060\ufeff"),
    "an encoded word": _with(title="=?utf-8?q?Kegiatan=0D=0ABcc:_semua@sekolah.example?="),
    "right-to-left": _with(title="\u202eKegiatan\u0000"),
    "10^400 seats": _with(quotas=[{"id": "semua", "seats": 10**400}]),
}
BODIES: Final[dict[str, tuple[str, bytes]]] = {
    "merge keys": (
        YAML,
        b"a0: &a0 {x: 1}\n"
        + b"".join(
            b"a%d: &a%d {<<: [%s]}\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 9)
        ),
    ),
    "aliases": (YAML, b"a: &a [x]\n" + b"".join(b"b%d: [*a, *a]\n" % n for n in range(99))),
    "deep YAML": (YAML, b"[" * 9_000),
    "deep JSON": (JSON, b"[" * 90_000),
    "half a sign": (JSON, b'{"id": "\\ud800"}'),
    "no JSON": (JSON, b"\xff\xfe\x00"),
    "a list": (JSON, b"[]"),
}
FORMS: Final[dict[str, str]] = {
    "invisible": "\u200b\u200b",
    "an encoded word": "=?utf-8?q?Kenari=0D=0ABcc:_semua@sekolah.example?=",
    "an address of a page": "Kenari https://sekolah.example/",
    "NUL": "Kenari\u0000",
    "long": "Kenari " * 5_000,
}


def _zipped(name: str, content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(name, content)
    return held.getvalue()


def _book(**spoilt: Callable[[bytes], bytes]) -> bytes:
    """A good list, of whose parts these are spoilt; one that it has not, it gets."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held) as book:
        sheet = book.add_worksheet("Peserta")
        sheet.write_row(0, 0, ["Nama", "Email", "Unsur"])
        sheet.write_row(1, 0, ["Kenari Lembar", "kenari.lembar@sekolah.example", "Guru"])
    with zipfile.ZipFile(held) as good:
        parts = {name: good.read(name) for name in good.namelist()}
    spoilt = {{"sheet": SHEET_PART, "book": BOOK_PART}.get(name, name): to for name, to in spoilt.items()}
    parts |= {name: to(parts.get(name, b"")) for name, to in spoilt.items()}
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return held.getvalue()


SHEETS: Final[dict[str, bytes]] = {
    "a part named .vml": _book(**{"xl/drawings/.vml": lambda _: b"\x00"}),
    "junk before the XML": _book(
        book=lambda text: b"\xef\xbb\xbfxyz" + text, sheet=lambda text: b"xyz" + text
    ),
    "NUL": _book(sheet=lambda text: text.replace(b"<sheetData>", b"<sheetData>\x00")),
    "64 kB of blanks": _book(sheet=lambda text: b" " * 65_536 + text),
    "no sheet": b"Nama;Email\nKenari;kenari",
    "an empty book": _zipped("xl/workbook.xml", b""),
    "a book of blanks": _zipped("xl/workbook.xml", b" " * 64_000),
    "a bomb": _zipped("xl/worksheets/sheet1.xml", b"0" * 60_000_000),
    "half a book": _zipped("xl/workbook.xml", b"<workbook/>")[:60],
}


class Oddities:
    """Of one office, at an activity that takes registrations."""

    def __init__(self, office: OfficeView, history: History, plan: Plan, activity: str) -> None:
        self._office, self._history, self._plan, self._activity = office, history, plan, activity
        self._client = httpx.AsyncClient(base_url=office.urls[0], timeout=TIMEOUT)
        self._staff = {"Authorization": f"Bearer {office.staff_token}"}

    async def close(self) -> None:
        await self._client.aclose()

    async def run(self, until: asyncio.Event) -> None:
        """Round after round, one at a time."""
        while not until.is_set():
            for door, name, path, given in self._round():
                if until.is_set():
                    return
                await self._send(door, name, path, given)
                await asyncio.sleep(PAUSE)

    async def all(self) -> None:
        """Each once."""
        for door, name, path, given in self._round():
            await self._send(door, name, path, given)

    def _round(self) -> Iterator[tuple[str, str, str, Given]]:
        """Door, what is odd, path, and the request's arguments."""
        at, of_staff = f"/api/v1/activities/{self._activity}", self._staff
        for name, spoil in ACTIVITIES.items():
            body = spoil(self._plan.extra("aneh", [{"id": "semua", "seats": 5}]).body)
            yield "api", name, "/api/v1/activities", {"json": body, "headers": of_staff}
        for name, (kind, content) in BODIES.items():
            headers = of_staff | {"Content-Type": kind}
            yield "api", name, "/api/v1/activities", {"content": content, "headers": headers}
        for name, typed in FORMS.items():
            who = self._plan.person().body()
            who["participant"]["name"] = typed
            yield "public api", name, f"{at}/registrations", {"json": who}
            form = dict.fromkeys(("nama", "email", "instansi", "nip", "token"), typed)
            yield "form", name, f"/kegiatan/{self._activity}/daftar", {"data": form}
        for name, sheet in SHEETS.items():
            headers = of_staff | {"Content-Type": SHEET}
            yield "sheet", name, f"{at}/imports", {"content": sheet, "headers": headers}

    async def _send(self, door: str, name: str, path: str, given: Given) -> None:
        known = {"office": self._office.code, "door": door, "odd": name}
        try:
            answer = await self._client.post(path, **given)
        except httpx.HTTPError as error:
            self._history.note("odd", **known, error=type(error).__name__)
            return
        self._history.note("odd", **known, status=answer.status_code, told=bool(answer.text))
