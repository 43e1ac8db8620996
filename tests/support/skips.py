"""In continuous integration a skip counts as a failure unless `tests/skips.txt` lists it with its reason."""

from pathlib import Path

import pytest

LISTED = Path(__file__).parents[1] / "skips.txt"


def listed_skips(text: str) -> list[str]:
    """The test ids, or their beginnings, of lines `id | reason`. Raises ValueError where one is missing."""
    prefixes = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        prefix, _, reason = (part.strip() for part in line.partition("|"))
        if not prefix or not reason:
            raise ValueError(f"tests/skips.txt: no test id or no reason: {line!r}")
        prefixes.append(prefix)
    return prefixes


class OnlyListedSkips:
    """Fails the run when something was skipped that is not listed."""

    def __init__(self) -> None:
        self._allowed = tuple(listed_skips(LISTED.read_text()))
        self._unlisted: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._note(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._note(report.nodeid)

    def _note(self, test: str) -> None:
        if not test.startswith(self._allowed or ("\0",)):
            self._unlisted.append(test)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._unlisted:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for test in self._unlisted:
            terminalreporter.write_line(
                f"FAILED {test}: skipped, and not listed in tests/skips.txt", red=True
            )
