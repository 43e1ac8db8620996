"""Accounts that sign in at a provider of OpenID Connect: bound by issuer and subject, never by address."""

from dataclasses import dataclass
from datetime import datetime

from shared.accounts.domain.names import is_reserved
from shared.accounts.invitations import Invitations
from shared.accounts.openid_provider import Identity
from shared.mongo.driver import Document, DuplicateKeyError, Store
from shared.visible import visible


class IdentityTaken(Exception):
    """Another account is bound to this identity."""


@dataclass(frozen=True, slots=True)
class Identities:
    store: Store
    invitations: Invitations

    async def account(self, identity: Identity) -> str | None:
        """Which active account is bound to it."""
        which = {f"identity.{name}": value for name, value in _key(identity).items()}
        row = await self.store["accounts"].find_one(which | {"state": "active"})
        return row["_id"] if row else None

    async def bind(self, invitation: bytes, identity: Identity, now: datetime) -> str | None:
        """Use an invitation up: its account is bound to whoever signed in. `invitation`: the digest of its
        token. None where it cannot be accepted any more. Raises `IdentityTaken`."""
        name = visible(identity.name).strip()
        given = {"identity": _key(identity), "name": "" if is_reserved(name) else name}
        try:
            return await self.invitations.use(invitation, given, now)
        except DuplicateKeyError:
            raise IdentityTaken from None


def _key(identity: Identity) -> Document:
    return {"issuer": identity.issuer, "subject": identity.subject}
