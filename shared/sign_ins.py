"""What a door does with each attempt to come in: count it, log it without a person, make who fails wait."""

import logging
import math
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated, Literal, get_args

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from prometheus_client import CollectorRegistry, Counter

from shared.http import Problem, bears_token, borne_token, token_matches, unauthorized
from shared.throttle import FailureThrottle, NoRoom

log = logging.getLogger(__name__)
AT_ONCE = "Terlalu banyak percobaan masuk sekaligus dari jaringan Anda. Coba lagi sebentar lagi."
BUSY = "Terlalu banyak yang masuk sekaligus. Coba lagi sebentar lagi."
Result = Literal["accepted", "refused", "throttled"]


class SignIns:
    """Of one service, whatever its doors. `failures`: of one source address in five minutes; those of a whole
    hotel are one."""

    def __init__(self, registry: CollectorRegistry, failures: int = 20) -> None:
        self._throttle = FailureThrottle(failures)
        self._numbers = Counter(
            "simpul_sign_ins",
            "Sign-ins here, and tokens refused",
            ["result"],
            registry=registry,
        )
        for result in get_args(Result):  # an alert sees no increase in a row that begins at 1
            self._numbers.labels(result)

    def require_turn(self, request: Request, door: str) -> None:
        """Raises `Problem` 429 for whoever failed too often, whatever they bring now."""
        if wait := self._throttle.wait(source(request)):
            raise self.too_often(door, wait)

    @contextmanager
    def turn(self, request: Request, door: str) -> Iterator[None]:
        """As `require_turn`, for what takes its time: how it ends is told within. Raises `Problem` 429, also
        where as many of this source try just now as may fail yet; and 503 where all hashing is busy."""
        self.require_turn(request, door)
        with ExitStack() as trying:
            try:
                trying.enter_context(self._throttle.trying(source(request)))
            except NoRoom:
                self._numbers.labels("throttled").inc()
                raise Problem(429, "too_often", AT_ONCE, {"Retry-After": "5"}) from None
            try:
                yield
            except NoRoom:
                self._numbers.labels("throttled").inc()
                raise Problem(503, "unavailable", BUSY, {"Retry-After": "10"}) from None

    def accepted(self) -> None:
        self._numbers.labels("accepted").inc()

    def refused(self, request: Request, door: str, account: str | None = None) -> None:
        self._throttle.failed(source(request))
        self._numbers.labels("refused").inc()
        log.warning("a sign-in was refused", extra={"door": door, "account": account})

    def too_often(self, door: str, wait: float) -> Problem:
        self._numbers.labels("throttled").inc()
        log.warning("sign-ins are refused for a while", extra={"door": door})
        detail = f"Terlalu banyak percobaan masuk yang gagal. Coba lagi {math.ceil(wait / 60)} menit lagi."
        return Problem(429, "too_often", detail, {"Retry-After": str(math.ceil(wait))})


def source(request: Request) -> str:
    """The connection's own address, or what a trusted proxy says it is."""
    return request.client.host if request.client else ""


def require_token(
    token_hash: str, or_pass: Callable[[str], bool], sign_ins: SignIns
) -> Callable[[Request, object], Awaitable[None]]:
    """A dependency that lets only the bearer of the token in, or of what `or_pass` holds to be a pass."""
    bearer = HTTPBearer(auto_error=False, scheme_name="token")  # for the description alone

    async def check(request: Request, _: Annotated[object, Depends(bearer)]) -> None:
        if or_pass(borne_token(request)):
            return
        sign_ins.require_turn(request, "token")
        if not token_matches(request, token_hash):
            if bears_token(request):
                sign_ins.refused(request, "token")
            raise unauthorized()

    return check
