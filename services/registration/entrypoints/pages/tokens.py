"""Signed tokens of pages: a form is ours and how old; an outcome is asked for by who sent the form."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

from shared.links import secrets as signing_keys

FORM_SECONDS: Final = 86_400
_SALT: Final = "simpul/"


class TokenUnknown(Exception):
    """It was not made here, is of another page, or too old."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an outcome's page must know. `command`: its digest, from which nobody gets its id;
    `met_before`: the office knew this person, so that the page shows nothing of them."""

    command: bytes
    activity: str
    met_before: bool = False


class Tokens:
    """`keys` as `shared.links.LinkKeys`."""

    def __init__(self, keys: str) -> None:
        self._forms = URLSafeTimedSerializer(signing_keys(keys), salt=f"{_SALT}daftar")
        self._outcomes = URLSafeSerializer(signing_keys(keys), salt=f"{_SALT}hasil")

    def new_form(self, activity: str) -> str:
        return str(self._forms.dumps([activity, secrets.token_urlsafe(16)]))

    def nonce(self, token: str, activity: str) -> str:
        """What makes this form this one. Raises `TokenUnknown`."""
        named, nonce = _loaded(lambda: self._forms.loads(token, max_age=FORM_SECONDS))
        if named != activity:
            raise TokenUnknown
        return str(nonce)

    def of_outcome(self, asked: Asked) -> str:
        digest = urlsafe_b64encode(asked.command).decode()
        return str(self._outcomes.dumps([digest, asked.activity, int(asked.met_before)]))

    def outcome(self, token: str) -> Asked:
        """Raises `TokenUnknown`."""
        digest, activity, met_before = _loaded(lambda: self._outcomes.loads(token))
        return Asked(urlsafe_b64decode(digest), activity, bool(met_before))


def _loaded(load: Callable[[], Any]) -> Any:
    try:
        return load()
    except BadData:
        raise TokenUnknown from None
