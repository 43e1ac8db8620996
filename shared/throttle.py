"""How often one source may fail before it has to wait: counted in this process, and soon forgotten."""

from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, ip_address, ip_network
from time import monotonic
from typing import Final

SOURCES: Final = 10_000  # the oldest give way, so that nobody fills the memory
AT_ONCE: Final = 8  # of one source: several of one house sign in together, and leave others room


class NoRoom(Exception):
    """Too many wait for the same already."""


class FailureThrottle:
    """`most` failures within `seconds`; whoever has so many waits until the first of them is over."""

    def __init__(self, most: int, seconds: float = 300.0, clock: Callable[[], float] = monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._trying = Counter[str]()

    def wait(self, source: str) -> float:
        """Seconds that it has to wait; 0 for who may try."""
        failures = self._failures.get(network(source))
        if not failures:
            return 0.0
        now = self._clock()
        while failures and failures[0] <= now - self._seconds:
            failures.popleft()
        return failures[0] + self._seconds - now if len(failures) >= self._most else 0.0

    @contextmanager
    def trying(self, source: str) -> Iterator[None]:
        """While somebody of it tries, which counts like a failure until it is known what it was: else many at
        once would be more than one after the other. Raises `NoRoom`."""
        name = network(source)
        failures = len(self._failures.get(name, ()))
        if self._trying[name] >= min(AT_ONCE, self._most - failures):
            raise NoRoom
        self._trying[name] += 1
        try:
            yield
        finally:
            self._trying[name] -= 1
            if not self._trying[name]:
                del self._trying[name]

    def failed(self, source: str) -> None:
        failures = self._failures.setdefault(network(source), deque(maxlen=self._most))
        failures.append(self._clock())
        self._failures.move_to_end(network(source))
        if len(self._failures) > SOURCES:
            self._failures.popitem(last=False)


def network(address: str) -> str:
    """What counts as one source: an IPv4 address, or the /64 that an IPv6 host has to itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv4Address):  # a host on both networks names the one within the other
        found = found.ipv4_mapped or found
    return str(found if isinstance(found, IPv4Address) else ip_network((found, 64), strict=False))
