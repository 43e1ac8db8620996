"""A feature more is plugged in without editing who serves it: nobody else names what is within one."""

import ast
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

import services.notification
import services.registration
import services.reporting
from services.reporting.domain.measures import MEASURES
from tests.support.features import MAILS

OF_A_FEATURE: Final = {
    services.registration: {
        "import_sheet.py",  # the verb of gatherings
        "cli.py",  # the upgrade of people from a former version
        "checks.py",  # what `simpul check` asks of people
        "home.py",  # the tiles of the desk's home
    },
    services.notification: set[str](),
}
OF_A_MEASURE: Final = {
    "domain/measures.py",  # the table
    "pages/tables.py",  # how long the longest bar is
}


def outside(service: ModuleType, folder: str = "features") -> Iterator[tuple[str, ast.Module]]:
    """The modules of a service outside that folder, by their path."""
    assert service.__file__ is not None
    root = Path(service.__file__).parent
    for path in sorted(root.rglob("*.py")):
        if root / folder not in path.parents:
            yield str(path.relative_to(root)), ast.parse(path.read_text(encoding="utf-8"))


def named_by(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{one.name}" for one in node.names)
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)


def said_by(module: ast.Module) -> Iterator[str]:
    """Every text, also one that is a part of another; docstrings have spaces."""
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.keyword | ast.arg) and node.arg:
            yield node.arg


@pytest.mark.parametrize("service", OF_A_FEATURE, ids=lambda service: service.__name__)
def test_no_machinery_names_what_is_within_a_feature(service: ModuleType) -> None:
    within = f"{service.__name__}.features."
    naming = {
        path
        for path, module in outside(service)
        if any(name.startswith(within) and name != f"{within}FEATURES" for name in named_by(module))
    }
    assert naming == OF_A_FEATURE[service]


def test_no_machinery_of_mails_names_a_template_a_prefix_or_a_list() -> None:
    names = {*MAILS.templates, *MAILS.entries, *MAILS.rows}
    assert {path for path, module in outside(services.notification) if names & {*said_by(module)}} == set()


def test_few_of_reporting_name_a_measure() -> None:
    names = MEASURES.keys() - {"activities"}  # a collection is called so, too
    naming = {path for path, module in outside(services.reporting) if names & {*said_by(module)}}
    assert naming == OF_A_MEASURE
