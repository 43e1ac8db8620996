"""What a browser has to bring back to finish a sign-in that it began: signed, for minutes, good once."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from itsdangerous import BadData, URLSafeSerializer

from shared.accounts.sessions import digest
from shared.links import signed
from shared.mongo.driver import DuplicateKeyError, Store
from shared.mongo.indexes import Index, ascending

LASTS: Final = timedelta(minutes=10)
COLLECTIONS: Final[Mapping[str, tuple[Index, ...]]] = {
    "challenges": (ascending("challenges", "since", expires=int(LASTS.total_seconds())),)
}
"""Those that came back, so that none does twice. Issuing one writes nothing: strangers ask for any number."""
Purpose = Literal["openid", "passkey_sign_in", "passkey_registration"]


@dataclass(frozen=True, slots=True)
class Challenges:
    """`keys` as `SigningKeys`."""

    store: Store
    keys: str

    def issue(self, purpose: Purpose, content: Mapping[str, Any], now: datetime) -> str:
        """A random challenge that carries `content` (JSON) as it comes back, for everybody to read."""
        until = (now + LASTS).timestamp()
        return self._signer(purpose).dumps([secrets.token_urlsafe(24), until, dict(content)])

    async def redeem(self, challenge: str, purpose: Purpose, now: datetime) -> dict[str, Any] | None:
        """Its content. None where it is not ours, over, of another purpose, or was redeemed."""
        try:
            _, until, content = self._signer(purpose).loads(challenge)
        except BadData:
            return None
        if now >= datetime.fromtimestamp(until, UTC):
            return None
        try:
            await self.store["challenges"].insert_one({"_id": digest(challenge), "since": now})
        except DuplicateKeyError:
            return None
        found: dict[str, Any] = content
        return found

    def _signer(self, purpose: Purpose) -> URLSafeSerializer:
        return signed(self.keys, purpose)
