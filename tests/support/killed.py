"""Runs `simpul rebuild reporting` and kills it (SIGKILL) as it comes to a step.

    python -m tests.support.killed STEP

A step is a method of `Rebuild` or a function of its module, `before` or `after` it: `_swap:before`.
"""

import os
import signal
import sys
from typing import Any

from services.reporting import rebuilding
from shared.cli import main


def kill_at(step: str) -> None:
    name, _, when = step.partition(":")
    owner: Any = rebuilding.Rebuild if hasattr(rebuilding.Rebuild, name) else rebuilding
    plain = getattr(owner, name)

    async def watched(*given: Any) -> Any:
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = await plain(*given)
        os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, watched)


if __name__ == "__main__":
    kill_at(sys.argv.pop())
    sys.argv += ["rebuild", "reporting"]
    main()
