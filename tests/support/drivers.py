"""Which MongoDB driver a test works through: Motor, as deployed, and for suites of adapters PyMongo's too."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import get_args

from shared.mongo.driver import Driver

DRIVERS: tuple[Driver, ...] = get_args(Driver)
_used: list[Driver] = ["motor"]


def driver() -> Driver:
    """The one of the test that runs now."""
    return _used[-1]


@contextmanager
def using(one: Driver) -> Iterator[Driver]:
    _used.append(one)
    try:
        yield one
    finally:
        _used.pop()
