"""What several workers of pytest may count on."""

from types import SimpleNamespace
from typing import Any

import pytest

from local import machine
from tests.support.order import in_running_order, unit_of
from tests.support.ports import share_of_this_worker


def test_every_test_is_run_once_and_no_long_one_comes_late() -> None:
    names = [
        f"tests/{folder}/test_x.py::{n}"
        for folder in ("component", "e2e", "faults", "unit")
        for n in range(9)
    ]
    items: list[Any] = [SimpleNamespace(nodeid=name) for name in names]
    order = [item.nodeid for item in in_running_order(items)]
    assert sorted(order) == sorted(names)
    long = [at for at, name in enumerate(order) if "/e2e/" in name or "/faults/" in name]
    assert (long[0], max(long) < order.index("tests/component/test_x.py::8")) == (0, True)
    assert all("/unit/" in name for name in order[-9:])


@pytest.mark.parametrize("folder", ["unit", "faults"])
def test_without_others_the_order_stays(folder: str) -> None:
    items: list[Any] = [SimpleNamespace(nodeid=f"tests/{folder}/test_x.py::{n}") for n in range(3)]
    assert in_running_order(items) == items


def test_those_that_share_a_demo_go_to_one_worker_and_others_to_any() -> None:
    demo = {unit_of(f"tests/e2e/{name}") for name in ("test_browser.py::x", "test_comparison.py::y")}
    assert len(demo) == 1
    assert unit_of("tests/unit/test_x.py::a[b::c]") == "tests/unit/test_x.py::a[b::c]"


def test_no_port_is_two_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER_COUNT", "3")
    given: list[int] = []
    for worker in ("gw0", "gw1", "gw5"):  # the last stands in for gw2
        monkeypatch.setenv("PYTEST_XDIST_WORKER", worker)
        given += share_of_this_worker(machine.PORTS)
    assert sorted(given) == list(machine.PORTS)
