"""Who signed in, and the one dependency by which a route says what it lets them do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

BEARER = HTTPBearer(auto_error=False, scheme_name="token")  # for the description alone


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whoever works with the service and asks, or a program of theirs. `actor`: as in `Envelope`;
    `permitted`: whether they may do something, to what is of an activity or of the whole; `csrf`: what their
    forms carry, which no other site's page can know; `nonce`: of the form that they sent, which makes its
    command the same when it is sent again; `source`: how that of their commands ends; `roles`:
    that hold now, for whatever they are."""

    actor: str
    name: str
    permitted: Callable[[str, str | None], bool]
    csrf: str = ""
    nonce: str = ""
    source: str = "staff"
    roles: frozenset[str] = frozenset()

    def may(self, action: str, activity: str | None = None) -> bool:
        return self.permitted(action, activity)


Enter = Callable[[Request, str], Awaitable[SignedIn]]


@dataclass(frozen=True, slots=True)
class PagePermission:
    """Lets in whoever signed in and may do this. Raises `Problem` 303 or 403."""

    action: str
    enter: Enter

    async def __call__(self, request: Request) -> SignedIn:
        return await self.enter(request, self.action)


@dataclass(frozen=True, slots=True)
class ApiPermission:
    """Lets in whoever bears a token that may do this. Raises `Problem` 401, 403 or 429."""

    action: str
    enter: Enter

    async def __call__(self, request: Request, _: Annotated[Any, Depends(BEARER)] = None) -> SignedIn:
        return await self.enter(request, self.action)


class Access(Protocol):
    """Gives each route its permission."""

    def page(self, action: str) -> PagePermission: ...

    def proved(self, action: str) -> PagePermission:
        """As `page`, for files with people's data and for what gives power: to who proved lately who they
        are. Raises `Problem` 303 for others, who come back once they did."""
        ...

    def api(self, action: str) -> ApiPermission: ...

    async def bearer(self, request: Request, action: str) -> SignedIn | None:
        """None for the public, who bear no token. Raises `Problem` 401 or 403."""
        ...
