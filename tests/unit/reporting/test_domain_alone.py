"""What is counted, hidden and asked is tried without any server's client: with pydantic alone installed."""

import pkgutil
import subprocess
import sys

import services.reporting.domain as domain

ALONE = """
import sys
from importlib import import_module

KNOWN = {"pydantic", "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection"}


class Blocked:
    def find_spec(self, name, path=None, target=None):
        root = name.partition(".")[0]
        if root.startswith("_sysconfigdata"):  # the interpreter's own
            return
        if root not in sys.stdlib_module_names and root not in {"services", "shared", *KNOWN}:
            raise ModuleNotFoundError(name, name=name)


sys.meta_path.insert(0, Blocked())
for name in sys.argv[1:]:
    import_module(name)
"""


def imported_alone(*names: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", ALONE, *names], capture_output=True, text=True)


def test_the_domain_is_imported_with_nothing_but_pydantic() -> None:
    modules = [module.name for module in pkgutil.iter_modules(domain.__path__, f"{domain.__name__}.")]
    assert f"{domain.__name__}.counting" in modules
    done = imported_alone(*modules)
    assert done.returncode == 0, done.stderr


def test_what_writes_figures_is_not() -> None:
    assert "ModuleNotFoundError" in imported_alone("services.reporting.storage.cells").stderr
