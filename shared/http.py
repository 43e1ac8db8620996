"""What every service's HTTP side has in common: problems, liveness, tokens."""

import hashlib
import hmac
from collections.abc import Iterable
from functools import cache
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.telemetry import TelemetryConfig
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Match

from shared.contracts.misfits import Misfit, misfits
from shared.mongo.driver import PyMongoError, is_passing
from shared.reasons import explained

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PROBLEM = "application/problem+json"  # RFC 9457


class Problem(Exception):
    """A refusal that a client can act on: `reason` is a name for programs, `detail` a sentence for people."""

    def __init__(
        self, status: int, reason: str, detail: str, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(reason)
        self.status, self.reason, self.detail, self.headers, self.more = status, reason, detail, headers, more

    def response(self) -> JSONResponse:
        body = {
            "type": f"/masalah/{self.reason}",
            "title": explained(self.reason).title,
            "status": self.status,
            "reason": self.reason,
            "detail": self.detail,
        }
        return JSONResponse(body | self.more, self.status, self.headers, PROBLEM)


class ProblemBody(BaseModel):
    """`type` leads to a page on this reason; `errors` names the fields that do not fit."""

    type: str
    title: str
    status: int
    reason: str
    detail: str
    errors: list[dict[str, str]] | None = None


RETRY = {"Retry-After": {"schema": {"type": "integer"}, "description": "seconds"}}


def problem_answer(description: str, headers: dict[str, Any] | None = None) -> dict[str, Any]:
    """How a problem stands in `/openapi.json`."""
    content = {PROBLEM: {"schema": _problem_schema()}}
    return {"description": description, "content": content} | ({"headers": headers} if headers else {})


@cache
def _problem_schema() -> dict[str, Any]:
    return ProblemBody.model_json_schema()


Answers = dict[int | str, dict[str, Any]]
UNAUTHORIZED: Answers = {
    401: problem_answer("The staff's token is missing or wrong."),
    429: problem_answer("Too many wrong tokens from this source address, or too many requests.", RETRY),
}
NOT_FOUND: Answers = {404: problem_answer("There is none of this name.")}


# The framework's own writes down paths, which hold tokens, addresses, and what exceptions say.
TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}


def application(title: str) -> FastAPI:
    """A service's HTTP application: described at `/openapi.json`, without pages that load others' scripts."""
    app = FastAPI(
        title=title,
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # it would lead to whatever host and scheme the request named
        telemetry=TELEMETRY,
        responses={
            422: problem_answer("What was asked does not fit."),
            503: problem_answer("What is needed to answer is away for now.", RETRY),
        },
    )
    speak_problems(app)
    add_liveness(app)
    return app


def speak_problems(app: FastAPI) -> None:
    """Make every error of the application `application/problem+json`, without repeating what was sent."""

    @app.exception_handler(Problem)
    async def _problem(_: Request, problem: Problem) -> Response:
        return problem.response()

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        reason = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "http_error")
        headers = dict(error.headers) if error.headers else None
        if error.status_code == 405:
            headers = {"Allow": ", ".join(methods_at(request))}
        return Problem(error.status_code, reason, str(error.detail), headers).response()

    @app.exception_handler(PyMongoError)
    async def _away(_: Request, error: PyMongoError) -> Response:
        if is_passing(error):
            return Problem(
                503, "unavailable", "Data belum dapat dibaca. Coba lagi sebentar lagi.", {"Retry-After": "2"}
            ).response()
        raise error

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> Response:
        return invalid_body(error.errors()).response()


def methods_at(request: Request) -> list[str]:
    """All methods of a path, asked of each route: a router tells nobody what is within it."""
    found = {
        method
        for method in METHODS
        for route in request.app.routes
        if route.matches({**request.scope, "method": method})[0] is Match.FULL
    }
    return sorted(found | ({"HEAD"} if "GET" in found else set()))


def invalid_body(errors: Any) -> Problem:
    """422 of pydantic's errors."""
    return misfitting(misfits(errors))


def misfitting(found: Iterable[Misfit]) -> Problem:
    """422 that names each field and what is wrong with it, never its value."""
    fields = [{"field": one.field, "error": one.rule} for one in found]
    return Problem(422, "invalid", "Isian tidak sesuai: lihat `errors`.", errors=fields)


def add_liveness(app: FastAPI) -> None:
    """All that anybody may know of how a service does; the rest is on the management port."""

    @app.get("/health/live", include_in_schema=False)
    async def _live() -> dict[str, str]:
        return {"status": "live"}


def token_is_right(typed: str, token_hash: str) -> bool:
    """Whether this is the token with this SHA-256 (hex), compared in constant time."""
    found = hashlib.sha256(typed.strip().encode()).hexdigest()
    return hmac.compare_digest(found, token_hash.lower())


def token_matches(request: Request, token_hash: str) -> bool:
    """Whether the request bears that token."""
    return token_is_right(borne_token(request), token_hash)


def bears_token(request: Request) -> bool:
    """Whether the request bears any token, right or wrong."""
    return bool(borne_token(request))


def borne_token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def unauthorized() -> Problem:
    told = "Token petugas tidak ada atau salah."
    return Problem(401, "unauthorized", told, {"WWW-Authenticate": "Bearer"})
