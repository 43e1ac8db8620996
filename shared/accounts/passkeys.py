"""Passkeys (WebAuthn): registered by who is signed in, and good instead of password and code, since
the authenticator itself asks for a finger, a face or a PIN."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from shared.accounts.challenges import Challenges
from shared.accounts.credentials import Refused
from shared.accounts.domain.account import Account
from shared.accounts.history import History, history_row
from shared.doors import Address
from shared.mongo.driver import Document, DuplicateKeyError, Session, Store

MOST: Final = 10
REQUIRED: Final = UserVerificationRequirement.REQUIRED
UNREADABLE: Final = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What the library raises for an answer that is wrong, or is no answer: anybody can send one."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """`device`: where it was registered."""

    id: bytes
    device: str
    added: datetime
    used: datetime | None


@dataclass(frozen=True, slots=True)
class Offer:
    """What the browser's authenticator is asked. `options` as JSON of WebAuthn."""

    challenge: str
    options: str


@dataclass(frozen=True, slots=True)
class Passkeys:
    """`address`: of the service's pages, to which a passkey is bound."""

    store: Store
    challenges: Challenges
    history: History
    address: Address

    async def of(self, account: str) -> list[Passkey]:
        return [_passkey(row) for row in await self._rows(account)]

    async def registration(self, account: Account, service: str, now: datetime) -> Offer:
        """Asks for a new one, on an authenticator that has none of this account yet."""
        challenge = self.challenges.issue("passkey_registration", {"account": account.id}, now)
        options = generate_registration_options(
            rp_id=self.address.host,
            rp_name=service,
            user_id=account.id.encode(),
            user_name=account.email,
            user_display_name=account.called,
            challenge=challenge.encode(),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=REQUIRED
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=row["id"]) for row in await self._rows(account.id)
            ],
        )
        return Offer(challenge, options_to_json(options))

    async def add(self, account: str, challenge: str, answer: str, device: str, now: datetime) -> bool:
        """Whether the answer is a new passkey of this account, which then is kept."""
        kept = await self.challenges.redeem(challenge, "passkey_registration", now)
        if kept is None or kept["account"] != account:
            return False
        try:
            made = verify_registration_response(
                credential=answer,
                expected_challenge=challenge.encode(),
                expected_rp_id=self.address.host,
                expected_origin=self.address.origin,
                require_user_verification=True,
            )
        except UNREADABLE:
            return False
        row = {"id": made.credential_id, "key": made.credential_public_key, "count": made.sign_count}
        row |= {"device": device, "added": now, "used": None}
        room = {"_id": account, "state": "active", f"passkeys.{MOST - 1}": {"$exists": False}}
        try:
            return await self._change(room, {"$push": {"passkeys": row}}, "add_passkey")
        except DuplicateKeyError:
            return False

    async def remove(self, account: str, passkey: bytes) -> bool:
        """Whether it was there, and theirs."""
        which = {"_id": account, "passkeys.id": passkey}
        return await self._change(which, {"$pull": {"passkeys": {"id": passkey}}}, "remove_passkey")

    async def sign_in(self, now: datetime) -> Offer:
        """Asks for whichever the authenticator has of this service."""
        challenge = self.challenges.issue("passkey_sign_in", {}, now)
        options = generate_authentication_options(
            rp_id=self.address.host, challenge=challenge.encode(), user_verification=REQUIRED
        )
        return Offer(challenge, options_to_json(options))

    async def check(self, challenge: str, answer: str, now: datetime) -> str | Refused:
        """Whose passkey answered; the count of its uses only grows, whichever instance looks at it."""
        if await self.challenges.redeem(challenge, "passkey_sign_in", now) is None:
            return Refused()
        try:
            given = parse_authentication_credential_json(answer)
        except UNREADABLE:
            return Refused()
        account = await self.store["accounts"].find_one({"passkeys.id": given.raw_id, "state": "active"})
        if account is None:
            return Refused()
        row = next(one for one in account["passkeys"] if one["id"] == given.raw_id)
        try:
            found = verify_authentication_response(
                credential=given,
                expected_challenge=challenge.encode(),
                expected_rp_id=self.address.host,
                expected_origin=self.address.origin,
                credential_public_key=bytes(row["key"]),
                credential_current_sign_count=row["count"],
                require_user_verification=True,
            )
        except UNREADABLE:
            return Refused(account["_id"])
        counted = {"id": row["id"], "count": row["count"]}
        done = await self.store["accounts"].update_one(
            {"_id": account["_id"], "state": "active", "passkeys": {"$elemMatch": counted}},
            {"$set": {"passkeys.$.count": found.new_sign_count, "passkeys.$.used": now}},
        )
        return account["_id"] if done.matched_count else Refused(account["_id"])

    async def _rows(self, account: str) -> list[Document]:
        row = await self.store["accounts"].find_one({"_id": account}) or {}
        found: list[Document] = row.get("passkeys", [])
        return found

    async def _change(self, which: Document, change: Document, deed: str) -> bool:
        async def work(session: Session) -> bool:
            done = await self.store["accounts"].update_one(which, change, session=session)
            if done.matched_count:
                await self.history.write(history_row(which["_id"], deed, [which["_id"]]), session)
            return bool(done.matched_count)

        return await self.store.transaction(work)


def has_domain(address: Address) -> bool:
    """Whether passkeys can be bound to it: they are not to the number of a machine."""
    try:
        ipaddress.ip_address(address.host)
    except ValueError:
        return True
    return False


def _passkey(row: Document) -> Passkey:
    return Passkey(bytes(row["id"]), row["device"], row["added"], row["used"])
