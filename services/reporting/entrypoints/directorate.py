"""Whether it is the directorate that asks, and whether it knows the answer already."""

import hmac
from typing import Final

from fastapi import Request
from fastapi.responses import Response

from services.reporting.storage.figures import State
from shared.http import Problem, token_matches
from shared.pages.session import Door, Session, Sessions
from shared.sign_ins import SignIns

SIGN_IN: Final = "/masuk"
DOOR: Final = Door(
    "simpul-direktorat", SIGN_IN, "simpul/direktorat", "Silakan masuk dengan token direktorat."
)
BEARER: Final = {"WWW-Authenticate": "Bearer"}


class Directorate:
    """`token_hash`: SHA-256 (hex) of its token. `session_keys` as `SigningKeys`, which every instance has:
    they sign sessions, which end with the token. `secure`: TLS is there."""

    def __init__(self, token_hash: str, session_keys: str, secure: bool, sign_ins: SignIns) -> None:
        self._token_hash = token_hash.lower()
        self.sign_ins = sign_ins
        self.sessions = Sessions(DOOR, session_keys, token_hash, secure)

    def asks(self, request: Request) -> bool:
        """By token or by session. Raises `Problem` for a token that is not the directorate's."""
        if "authorization" in request.headers:
            self.sign_ins.require_turn(request, "token")
            if token_matches(request, self._token_hash):
                return True
            self.sign_ins.refused(request, "token")
            raise Problem(401, "unauthorized", "Token direktorat salah.", BEARER)
        return self.session(request) is not None

    def session(self, request: Request) -> Session | None:
        return self.sessions.of(request)

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

    def matches(self, state: State) -> bool:
        told = "\n".join([*self._depends, state]).encode()
        etag = f'W/"{hmac.new(self._key, told, "sha256").hexdigest()[:32]}"'
        self.headers["ETag"] = etag
        return bool(self._given & {etag, etag.removeprefix("W/"), "*"})

    def unchanged(self) -> Response:
        return Response(status_code=304, headers=self.headers)
