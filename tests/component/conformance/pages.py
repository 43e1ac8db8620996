"""The pages, which `/openapi.json` leaves out since programs need not know them, described to be checked."""

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from fastapi import APIRouter
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import iter_route_contexts
from prometheus_client import CollectorRegistry

from services.registration.pages import pages
from services.reporting.main import public
from services.reporting.settings import ReportingSettings
from shared.mongo.driver import connect
from shared.pages.problems import FOR_PROGRAMS
from shared.sign_ins import SignIns
from tests.support.features import ACCESS, ALL, FRONT
from tests.support.office import SESSION_KEYS

FORM: Final = "application/x-www-form-urlencoded"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ANYWHERE: Final = ("selesai",)
NATIONAL: Final = (
    *("office", "province", "kind", "category", "cohort", "from", "to"),
    *("hal-balai", "hal-bulan"),
)
"""What pages read of their queries beside what their routes declare."""
OF_ACCOUNTS_FORMS: Final = (
    *("csrf", "nonce", "sandi", "email", "kata-sandi", "kode", "nama", "peran", "kegiatan", "sampai"),
    *("perangkat", "tantangan", "jawaban", "hapus", "lingkup", "token", "lanjut"),
)
OF_OTHER_FORMS: Final = (
    *("csrf", "nonce", "nama", "email", "telepon", "nip", "nuptk", "unsur", "angkatan", "wilayah"),
    *("wilayah_lain", "instansi", "npsn", "npsn_dibaca", "hadir", "semula", "lanjut", "alasan", "cari"),
    *("kursi-semua", "tambah", "langkah", "id", "title", "kind", "opens", "closes"),
    *("sessions.0.starts", "yaml", "kode", "nomor", "selesai"),
)


OF_ACCOUNTS: Final = ("/keluar", "/perangkat", "/kunci-sandi", "/akun", "/token", "/riwayat")
AT_THE_DOOR: Final = ("/masuk", "/undangan")


class Route(NamedTuple):
    """`path` with its parameters in braces; `query`: the names of what it reads of it."""

    method: str
    path: str
    query: tuple[str, ...] = ()

    @property
    def behind_the_door(self) -> bool:
        path = self.path.removeprefix("/staf")
        ours = self.path.startswith("/staf") or path.startswith(OF_ACCOUNTS)
        return ours and not path.startswith(AT_THE_DOOR)

    @property
    def fields(self) -> tuple[str, ...]:
        of_accounts = self.path.removeprefix("/staf").startswith((*OF_ACCOUNTS, *AT_THE_DOOR, "/buktikan"))
        return OF_ACCOUNTS_FORMS if of_accounts else OF_OTHER_FORMS

    def at(self, known: dict[str, str]) -> str:
        return re.sub(r"{(\w+)}", lambda found: known.get(found[1], "x"), self.path)


def of_registration() -> list[Route]:
    """Routes are made without what they work on: only their paths are looked at."""
    return list(_routes(pages(FRONT, ACCESS, ALL), ANYWHERE))


def of_reporting() -> list[Route]:
    settings = ReportingSettings(directorate_token_hash="0" * 64, session_keys=SESSION_KEYS)
    app = public(settings, connect("mongodb://127.0.0.1:1", "none"), SignIns(CollectorRegistry()))
    beside = (*ANYWHERE, *NATIONAL)
    return [route for route in _routes(app.router, beside) if not route.path.startswith(FOR_PROGRAMS)]


def _routes(router: APIRouter, beside: tuple[str, ...]) -> Iterator[Route]:
    for context in iter_route_contexts(router.routes):
        for method in sorted(context.methods or ()):
            path, dependant = str(context.path), getattr(context, "dependant", None)
            declared = [one.alias for one in get_flat_params(dependant)] if dependant else []
            query = [name for name in (*declared, *beside) if f"{{{name}}}" not in path]
            yield Route(method, path, tuple(dict.fromkeys(query)))


def described(routes: list[Route], known: dict[str, str]) -> dict[str, Any]:
    """In OpenAPI's words. `known`: parameter of a path, or field of a form -> a value that there is."""
    paths: dict[str, Any] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, known)
    return {"openapi": "3.1.0", "info": {"title": "Halaman", "version": "1"}, "paths": paths}


def _operation(route: Route, known: dict[str, str]) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": _text(name, known, 1)}
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    parameters += [{"name": name, "in": "query", "schema": {"type": "string"}} for name in route.query]
    operation = {"parameters": parameters, "responses": _responses(route)}
    if route.method == "POST":
        fields = {name: _text(name, known) for name in route.fields} | {"csrf": {"enum": [known["csrf"]]}}
        file = {"berkas": {"type": "string", "format": "binary"}}
        content = {FORM: {"schema": {"type": "object", "properties": fields, "required": ["csrf"]}}}
        if route.path.endswith(("/impor", "/impor-kehadiran", "/yaml")):
            sent = {"type": "object", "properties": fields | file, "required": ["csrf"]}
            content = {"multipart/form-data": {"schema": sent}}
        operation["requestBody"] = {"content": content}
    return operation


def _text(name: str, known: dict[str, str], at_least: int = 0) -> dict[str, Any]:
    free = {"type": "string", "minLength": at_least}
    return {"anyOf": [{"enum": [known[name]]}, free]} if name in known else free


def _responses(route: Route) -> dict[str, Any]:
    """A page whatever comes of it, but for files that people take along."""
    html: dict[str, Any] = {"text/html": {}}
    statuses = ["200", "404", "422", "503"] + (["202", "403", "409", "429"] if route.method == "POST" else [])
    found: dict[str, Any] = {status: {"description": "a page", "content": html} for status in statuses}
    if route.path.endswith(".xlsx"):
        found["200"] = {"description": "a sheet", "content": {SHEET: {}}}
    if route.path.endswith(".pdf"):
        found["200"] = {"description": "paper", "content": {"application/pdf": {}}}
    if route.path.endswith(".docx"):
        found["200"] = {"description": "a report", "content": {DOCX: {}}}
    if route.path.endswith(".ics"):
        found["200"] = {"description": "a calendar", "content": {"text/calendar": {}}}
    if route.path.endswith(".js"):
        found["200"] = {"description": "a script", "content": {"text/javascript": {}}}
    return found | {"303": {"description": "another page"}, "400": found["422"]}
