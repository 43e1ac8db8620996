from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.demo import STAYS_UP, Demo
from tests.support.demo_ports import free_ports


@pytest.fixture(scope="package")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for all tests here, played to its end and still up. They look at it and leave it as it is."""
    demo = Demo(tmp_path_factory.mktemp("demo"), free_ports()).start()
    try:
        demo.said(STAYS_UP, within=400)
        yield demo
    finally:
        demo.leave_nothing()


@pytest.fixture
def new_demo(tmp_path: Path) -> Iterator[Callable[..., Demo]]:
    """Starts demos of one test's own."""
    started: list[Demo] = []

    def start(*options: str) -> Demo:
        started.append(Demo(tmp_path / f"demo-{len(started)}", free_ports(), options).start())
        return started[-1]

    yield start
    for demo in started:
        demo.leave_nothing()
