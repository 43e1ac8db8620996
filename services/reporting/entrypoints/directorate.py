"""Whether somebody of the directorate asks, who that is, and whether they know the answer already."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response

from services.reporting.domain.permissions import Action
from services.reporting.entrypoints.frame import FRAME, directorate_invitations
from services.reporting.storage.figures import State
from shared.accounts.access import SignedIn
from shared.accounts.accounts_desk import AccountsDesk, accounts_desk
from shared.accounts.sign_in_settings import SignInSettings
from shared.links import secrets
from shared.mongo.driver import Store

CHALLENGE = {"WWW-Authenticate": "Bearer"}


def desk_of(store: Store, sign_in: SignInSettings) -> AccountsDesk:
    key = _key(sign_in.session_keys)

    def counted(typed: str) -> bytes:
        return hmac.digest(key, f"sign-in\x1f{typed}".encode(), "sha256")[:16]

    return accounts_desk(sign_in, directorate_invitations(store, sign_in.public_url), FRAME, counted)


@dataclass(frozen=True, slots=True)
class OpenPermission:
    """Lets everybody in; whoever may do this is told more. Raises `Problem` 401, 403 or 429 for whoever bears
    another token."""

    action: Action
    known: Callable[[Request, Action], Awaitable[SignedIn | None]]

    async def __call__(self, request: Request) -> SignedIn | None:
        return await self.known(request, self.action)


class Directorate:
    """`session_keys` as `SigningKeys`, which every instance has: they key what is told of the figures'
    state."""

    def __init__(self, desk: AccountsDesk, session_keys: str) -> None:
        self.desk, self._tag_key = desk, _key(session_keys)

    def open(self, action: Action) -> OpenPermission:
        return OpenPermission(action, self._known)

    async def _known(self, request: Request, action: Action) -> SignedIn | None:
        """By token or by session; None for the public."""
        access = self.desk.access
        if "authorization" in request.headers:
            return await access.api(action)(request)
        user = await access.visitor(request)
        return user if user and user.may(action) else None

    def tag(self, request: Request, exact: bool, *depends: str) -> "Tag":
        told = [request.url.path, request.url.query, str(exact), *depends]
        return Tag(request.headers.get("if-none-match", ""), self._tag_key, told)


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


def _key(session_keys: str) -> bytes:
    """Of those keys the one that signs."""
    return secrets(session_keys)[-1].encode()
