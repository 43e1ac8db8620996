"""Signed tokens: a form is ours and how old; whose an outcome is."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from itsdangerous import BadData, Signer, URLSafeTimedSerializer

from shared.links import HASHED, signed
from shared.links import secrets as signing_keys

FORM_SECONDS: Final = 86_400
_SALT: Final = "simpul/"


class TokenUnknown(Exception):
    """It was not made here, is of another page, or too old."""


@dataclass(frozen=True, slots=True)
class OutcomeTicket:
    """What is told of a command to whoever asked it. `command`: its digest, from which nobody gets its id;
    `met_before`: the office knew this person, so that nothing is shown of them."""

    command: bytes
    activity: str
    met_before: bool = False


class Tokens:
    """`keys` as `shared.links.SigningKeys`."""

    def __init__(self, keys: str) -> None:
        self._forms = URLSafeTimedSerializer(signing_keys(keys), salt=f"{_SALT}daftar", signer_kwargs=HASHED)
        self._outcomes = Signer(signing_keys(keys), f"{_SALT}hasil/2", **HASHED)
        self._earlier = signed(keys, "hasil")

    def new_form(self, activity: str) -> str:
        return str(self._forms.dumps([activity, secrets.token_urlsafe(16)]))

    def nonce(self, token: str, activity: str) -> str:
        """What makes this form this one. Raises `TokenUnknown`."""
        named, nonce = _loaded(lambda: self._forms.loads(token, max_age=FORM_SECONDS))
        if named != activity:
            raise TokenUnknown
        return str(nonce)

    def of_outcome(self, asked: OutcomeTicket) -> str:
        digest = urlsafe_b64encode(asked.command).decode().rstrip("=")
        return self._outcomes.sign(f"{digest}.{asked.activity}.{int(asked.met_before)}").decode()

    def outcome(self, token: str) -> OutcomeTicket:
        """Also of those that bookmarks hold from before. Raises `TokenUnknown`."""
        digest, activity, met_before = _loaded(lambda: self._claim(token))
        return OutcomeTicket(urlsafe_b64decode(digest), activity, bool(int(met_before)))

    def _claim(self, token: str) -> Any:
        if token.count(".") != 3:  # neither a digest nor a slug holds one
            return self._earlier.loads(token)
        digest, *rest = self._outcomes.unsign(token.encode()).decode().split(".")
        return f"{digest}==", *rest


def _loaded(load: Callable[[], Any]) -> Any:
    try:
        return load()
    except (BadData, UnicodeError):
        raise TokenUnknown from None
