"""Problems of pages are pages; those of the API stay what programs read."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from markupsafe import escape
from starlette.exceptions import HTTPException

from shared.http import Problem
from shared.mongo.driver import PyMongoError
from shared.reasons import REASONS, explained

FOR_PROGRAMS: Final = ("/api/", "/health/", "/openapi.json")
KEPT: Final = ("retry-after", "allow", "location", "www-authenticate")
_TITLES: Final = {
    303: "Anda belum masuk",
    401: "Token tidak dikenal",
    403: "Formulir tidak dapat diterima",
    404: "Halaman tidak ditemukan",
    405: "Halaman ini tidak dapat dipakai dengan cara itu",
    408: "Kiriman terputus",
    413: "Kiriman terlalu besar",
    415: "Kiriman tidak dapat dibaca",
    421: "Nama layanan tidak dikenal",
    422: "Permintaan tidak sesuai",
    429: "Terlalu banyak permintaan",
    500: "Ada yang rusak di pihak kami",
    503: "Layanan sedang tidak dapat dihubungi",
}
_HEADINGS: Final = {"forbidden": "Ini di luar peran Anda"}
"""Where a reason says more than its status."""
_SENTENCES: Final = {
    "not_found": "Alamatnya mungkin salah ketik atau terpotong.",
    "method_not_allowed": "Kembali ke halaman depan, lalu coba lagi dari sana.",
    "invalid": "Alamat atau isian tidak terbaca. Kembali ke halaman depan, lalu coba lagi.",
}
Handler = Callable[[Request, Any], Awaitable[Response]]
Page = Callable[[str, int, dict[str, str], str, str], Response]
"""Makes a page of the path that was asked for, a status, its headers, a heading and a sentence."""


def speak_pages(app: FastAPI, page: Page) -> None:
    """Call after `speak_problems`: it shows to people what that says to programs."""
    for kind in (Problem, HTTPException, PyMongoError, RequestValidationError):
        app.exception_handlers[kind] = _as_page(page, app.exception_handlers[kind])  # type: ignore[arg-type]


def add_problem_pages(app: FastAPI, page: Page) -> None:
    """The pages to which the `type` of a problem leads."""

    @app.get("/masalah/{reason}", include_in_schema=False)
    async def about(reason: str, request: Request) -> Response:
        if reason not in REASONS:
            raise Problem(404, "not_found", "Jenis masalah ini tidak dikenal.")
        title, advice = explained(reason)
        return page(request.url.path, 200, {}, title, advice)


def plain(_: str, status: int, headers: dict[str, str], heading: str, sentence: str) -> Response:
    """The page of a service that has no others."""
    text = (
        '<!doctype html><html lang="id"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(heading)}</title><h1>{escape(heading)}</h1><p>{escape(sentence)}</p></html>"
    )
    return HTMLResponse(text, status, headers)


def shown_at(page: Page, path: str, problem: Problem) -> Response:
    """A problem that is met before any route."""
    return problem.response() if path.startswith(FOR_PROGRAMS) else _page(page, path, problem.response())


def _page(page: Page, path: str, answer: Response) -> Response:
    problem = json.loads(bytes(answer.body))
    kept = {name: answer.headers[name] for name in KEPT if name in answer.headers}
    heading = _HEADINGS.get(problem["reason"]) or _TITLES.get(answer.status_code, "Ada yang tidak beres")
    return page(path, answer.status_code, kept, heading, _SENTENCES.get(problem["reason"], problem["detail"]))


def _as_page(page: Page, spoken: Handler) -> Handler:
    async def shown(request: Request, error: Any) -> Response:
        answer = await spoken(request, error)
        return answer if request.url.path.startswith(FOR_PROGRAMS) else _page(page, request.url.path, answer)

    return shown
