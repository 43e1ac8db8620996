"""What became of the changes that `make mutation` tried: `python -m tests.support.mutation`."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

STATS: Final = Path("mutants/mutmut-cicd-stats.json")
WANTED: Final = 0.95


def main() -> int:
    """Exit 1 where the tests missed more than 5 in 100; each that was missed is listed."""
    counts = json.loads(STATS.read_text())
    caught = counts["killed"] + counts["timeout"] + counts["segfault"]
    missed = counts["survived"] + counts["suspicious"] + counts["no_tests"]
    results = subprocess.run(
        [Path(sys.executable).with_name("mutmut"), "results"], capture_output=True, text=True
    )
    lines = [line for line in results.stdout.splitlines() if line.strip() and "not checked" not in line]
    print("\n".join(lines))
    print(f"{caught} of {caught + missed} changes were caught")
    return 0 if caught >= WANTED * (caught + missed) else 1


if __name__ == "__main__":
    sys.exit(main())
