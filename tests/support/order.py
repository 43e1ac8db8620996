"""In which order several workers take the tests, and which go to one worker together."""

import os
from typing import Final

import pytest

IS_WORKER: Final = "PYTEST_XDIST_WORKER" in os.environ
LONG: Final = ("tests/e2e/", "tests/faults/", "tests/component/conformance/")
QUICK: Final = ("tests/unit/", "tests/contract/")
# a demo that was played, a system of all services, a service that only answers
SHARED: Final = ("tests/e2e/", "tests/component/conformance/", "tests/component/test_door.py")
OF_ITS_OWN: Final = "tests/e2e/test_endings.py"


def unit_of(nodeid: str) -> str:
    """The name of what goes to a worker at once: a test, or those that share."""
    if nodeid.startswith(OF_ITS_OWN) or nodeid.endswith("[registration]"):  # longer than what it would share
        return nodeid
    return next((shared for shared in SHARED if nodeid.startswith(shared)), nodeid)


def in_running_order(items: list[pytest.Item]) -> list[pytest.Item]:
    """The long ones first, so that nobody is left alone with one at the end, and between them others, which
    wait while they work; the quick ones, which fill any gap, last."""
    long = [item for item in items if item.nodeid.startswith(LONG)]
    quick = [item for item in items if item.nodeid.startswith(QUICK)]
    order = [item for item in items if not item.nodeid.startswith(LONG + QUICK)]
    between = len(order) // 2 // max(len(long), 1)
    for number, item in enumerate(long):
        order.insert(number * (between + 1), item)
    return order + quick
