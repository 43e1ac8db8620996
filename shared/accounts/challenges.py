"""What a browser has to bring back to finish a sign-in that it began: kept here, for minutes, good once."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from shared.accounts.sessions import digest
from shared.mongo.driver import Document, Store
from shared.mongo.indexes import Index, ascending

LASTS: Final = timedelta(minutes=10)
COLLECTIONS: Final[Mapping[str, tuple[Index, ...]]] = {
    "challenges": (ascending("challenges", "since", expires=int(LASTS.total_seconds())),)
}
Purpose = Literal["openid", "passkey_sign_in", "passkey_registration"]


@dataclass(frozen=True, slots=True)
class Challenges:
    store: Store

    async def issue(self, purpose: Purpose, kept: Document, now: datetime) -> str:
        """A random challenge; `kept` stays here until it comes back."""
        challenge = secrets.token_urlsafe(32)
        row = {"_id": digest(challenge), "purpose": purpose, "since": now, "kept": kept}
        await self.store["challenges"].insert_one(row)
        return challenge

    async def redeem(self, challenge: str, purpose: Purpose, now: datetime) -> Document | None:
        """What was kept with it. None where it is unknown, over, of another purpose, or was redeemed."""
        which = {"_id": digest(challenge), "purpose": purpose, "since": {"$gt": now - LASTS}}
        row = await self.store["challenges"].find_one_and_delete(which)
        return row["kept"] if row else None
