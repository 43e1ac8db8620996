"""A feature more is plugged in without editing who serves them: nobody else names what is within one."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import services.registration

ROOT: Final = Path(services.registration.__file__).parent
WITHIN: Final = "services.registration.features."
OF_A_FEATURE: Final = {
    "import_sheet.py",  # the verb of gatherings
    "cli.py",  # the upgrade of people from a former version
    "checks.py",  # what `simpul check` asks of people
    "home.py",  # the tiles of the desk's home
}


def named_by(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{one.name}" for one in node.names)
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)


def test_no_machinery_names_what_is_within_a_feature() -> None:
    others = [path for path in ROOT.rglob("*.py") if ROOT / "features" not in path.parents]
    naming = {
        str(path.relative_to(ROOT))
        for path in others
        if any(name.startswith(WITHIN) and name != f"{WITHIN}FEATURES" for name in named_by(path))
    }
    assert others
    assert naming == OF_A_FEATURE
