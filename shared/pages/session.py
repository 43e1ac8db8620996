"""People who signed in with a shared token: a signed cookie for twelve hours, a mark in their forms."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request, Response
from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

from shared.http import Problem, token_is_right
from shared.links import secrets as signing
from shared.pages.cookies import SessionCookie

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
    """`keys` as `SigningKeys`. `token_hash`: SHA-256 (hex) of the token, with which its sessions end; it
    signs nothing. `secure`: TLS is there."""

    def __init__(self, door: Door, keys: str, token_hash: str, secure: bool) -> None:
        self._door = door
        self._token_hash = token_hash.lower()
        self._generation = hashlib.sha256(self._token_hash.encode()).hexdigest()[:16]
        self.cookie = SessionCookie(door.cookie, secure)
        hashed = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        self._cookies = URLSafeTimedSerializer(signing(keys), salt=door.salt, signer_kwargs=hashed)
        self._forms = URLSafeSerializer(signing(keys), salt=f"{door.salt}/formulir", signer_kwargs=hashed)

    def token_is_right(self, typed: str) -> bool:
        return token_is_right(typed, self._token_hash)

    def begin(self, answer: Response) -> None:
        value = self._cookies.dumps([secrets.token_urlsafe(16), self._generation])
        self.cookie.set(answer, str(value), SESSION_SECONDS)

    def end(self, answer: Response) -> None:
        self.cookie.end(answer)

    def of(self, request: Request) -> Session | None:
        try:
            found: Any = self._cookies.loads(self.cookie.of(request), max_age=SESSION_SECONDS)
        except BadData:
            return None
        nonce, generation = found
        return Session(str(self._forms.dumps(nonce))) if generation == self._generation else None

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
