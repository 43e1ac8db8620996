"""Whether it is the directorate that asks, and whether it knows the answer already."""

import hmac
import secrets
from typing import Final

from fastapi import Request
from fastapi.responses import Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from services.reporting.figures import State
from shared.http import Problem, token_is_right, token_matches

SESSION: Final = "simpul_direktorat"
SESSION_SECONDS: Final = 12 * 3600
BEARER: Final = {"WWW-Authenticate": "Bearer"}


class Directorate:
    """`token_hash`: SHA-256 (hex) of its token. Who signed in has to again after a restart."""

    def __init__(self, token_hash: str) -> None:
        self._token_hash = token_hash.lower()
        self._sessions = URLSafeTimedSerializer(secrets.token_bytes(32), salt="simpul/direktorat")

    def asks(self, request: Request) -> bool:
        """By token or by session. Raises `Problem` for a token that is not the directorate's."""
        if "authorization" in request.headers:
            if token_matches(request, self._token_hash):
                return True
            raise Problem(401, "unauthorized", "Token direktorat salah.", BEARER)
        return self.signed_in(request)

    def signed_in(self, request: Request) -> bool:
        try:
            self._sessions.loads(request.cookies.get(SESSION, ""), max_age=SESSION_SECONDS)
        except BadSignature:
            return False
        return True

    def is_token(self, typed: str) -> bool:
        return token_is_right(typed, self._token_hash)

    def sign_in(self, request: Request, answer: Response) -> None:
        answer.set_cookie(
            SESSION,
            self._sessions.dumps(""),
            max_age=SESSION_SECONDS,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )

    def sign_out(self, answer: Response) -> None:
        answer.delete_cookie(SESSION, httponly=True, samesite="strict")

    def tag(self, request: Request, exact: bool, *depends: str) -> "Tag":
        told = [request.url.path, request.url.query, str(exact), *depends]
        return Tag(request.headers.get("if-none-match", ""), self._token_hash.encode(), told)


class Tag:
    """A weak ETag. Keyed: the numbers of facts that it is made from are not for everyone to guess at."""

    def __init__(self, given: str, key: bytes, depends: list[str]) -> None:
        self._given = {one.strip() for one in given.split(",")}
        self._key = key
        self._depends = depends
        self.headers = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}

    def known(self, state: State) -> bool:
        told = "\n".join([*self._depends, state]).encode()
        etag = f'W/"{hmac.new(self._key, told, "sha256").hexdigest()[:32]}"'
        self.headers["ETag"] = etag
        return bool(self._given & {etag, etag.removeprefix("W/"), "*"})

    def unchanged(self) -> Response:
        return Response(status_code=304, headers=self.headers)
