"""People who signed in with a token: a signed cookie for twelve hours, a mark in their forms."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request, Response
from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

from shared.http import Problem, token_is_right

SESSION_SECONDS: Final = 12 * 3600


@dataclass(frozen=True, slots=True)
class Session:
    """`csrf`: what a form of this session carries, which another site's page cannot know."""

    csrf: str


@dataclass(frozen=True, slots=True)
class Door:
    """`cookie` is the name of theirs, `path` where they sign in; `sentence` asks them to."""

    cookie: str
    path: str
    salt: str
    sentence: str


class Sessions:
    """`keys`: the last one signs, all are honoured. `token_hash`: SHA-256 (hex) of the token, with which its
    sessions end. `secure`: TLS is there."""

    def __init__(
        self, door: Door, keys: Sequence[str] | Sequence[bytes], token_hash: str, secure: bool
    ) -> None:
        self._door = door
        self._token_hash = token_hash.lower()
        self._secure = secure
        self.cookie = f"__Host-{door.cookie}" if secure else door.cookie
        self._cookies = URLSafeTimedSerializer(keys, salt=door.salt)
        self._forms = URLSafeSerializer(keys, salt=f"{door.salt}/formulir")

    def token_is_right(self, typed: str) -> bool:
        return token_is_right(typed, self._token_hash)

    def begin(self, answer: Response) -> None:
        value = self._cookies.dumps([secrets.token_urlsafe(16), self._token_hash[:16]])
        self._set(answer, str(value), SESSION_SECONDS)

    def end(self, answer: Response) -> None:
        self._set(answer, "", 0)

    def _set(self, answer: Response, value: str, seconds: int) -> None:
        answer.set_cookie(
            self.cookie, value, seconds, path="/", secure=self._secure, httponly=True, samesite="strict"
        )

    def of(self, request: Request) -> Session | None:
        try:
            found: Any = self._cookies.loads(request.cookies.get(self.cookie, ""), max_age=SESSION_SECONDS)
        except BadData:
            return None
        nonce, token = found
        return Session(str(self._forms.dumps(nonce))) if token == self._token_hash[:16] else None

    async def required(self, request: Request) -> Session:
        """A dependency of every page behind the door; a form needs `csrf` besides. Raises `Problem` 303 or
        403."""
        session = self.of(request)
        if session is None:
            raise Problem(303, "signed_out", self._door.sentence, {"Location": self._door.path})
        if request.method != "GET":
            sent = str((await request.form()).get("csrf", ""))
            if not hmac.compare_digest(sent.encode(), session.csrf.encode()):
                raise Problem(403, "foreign_form", "Formulir ini sudah tidak berlaku. Buka lagi halamannya.")
        return session
