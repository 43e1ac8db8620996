"""What the documents promise of the tree: every direct dependency explained, every link there."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*.md")]


def normalised(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def direct_dependencies() -> set[str]:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = told["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    groups += told["dependency-groups"].values()
    return {normalised(re.split(r"[^\w.-]", item, maxsplit=1)[0]) for group in groups for item in group}


def explained(page: str) -> list[str]:
    return [normalised(row[1]) for row in re.finditer(r"^\| `([\w.-]+)` \| \S", page, re.MULTILINE)]


def test_every_direct_dependency_is_explained_once_and_no_other() -> None:
    names = explained((ROOT / "docs/dependencies.md").read_text(encoding="utf-8"))
    assert sorted(names) == sorted(direct_dependencies())


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_into_the_tree_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    inside = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert [link for link in inside if not (page.parent / link).exists()] == []
