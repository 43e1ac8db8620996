"""The mutants fit the services as they are."""

import subprocess
import sys

from proof.mutants import MUTANTS
from proof.stimuli import STIMULI

APPLY_ALL = """
import sys
from proof.mutants import MUTANTS, apply
sys.argv += [f"services.{service}.main" for service in ("registration", "notification", "reporting")]
for name in MUTANTS:
    apply(name)
"""


def test_each_changes_something_that_is_there() -> None:
    """In a process of its own, which is spoilt by it."""
    done = subprocess.run([sys.executable, "-c", APPLY_ALL], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_each_has_what_makes_it_show() -> None:
    assert {name for mutant in MUTANTS.values() for name in mutant.stimulus} == STIMULI.keys()
