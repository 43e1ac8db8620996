import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.skips import listed_skips

ROOT = Path(__file__).parents[2]
INNER = """
import pytest
from tests.support.skips import OnlyListedSkips

def pytest_configure(config):
    config.pluginmanager.register(OnlyListedSkips())
"""


@pytest.mark.parametrize(
    ("body", "exit_code"),
    [("pytest.skip('no reason listed')", 1), ("pass", 0), ("pytest.xfail('known')", 0)],
)
def test_a_skip_that_is_not_listed_fails_the_run(tmp_path: Path, body: str, exit_code: int) -> None:
    (tmp_path / "conftest.py").write_text(INNER)
    (tmp_path / "test_inner.py").write_text(f"import pytest\ndef test_it():\n    {body}\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    done = subprocess.run([*command, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == exit_code, done.stdout + done.stderr


def test_a_listed_skip_needs_a_reason() -> None:
    assert listed_skips("# head\n\ntests/unit/a.py::test_b | no fonts there\n") == ["tests/unit/a.py::test_b"]
    with pytest.raises(ValueError, match="no reason"):
        listed_skips("tests/unit/a.py::test_b\n")
