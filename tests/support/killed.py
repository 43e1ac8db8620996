"""Runs a verb of the `simpul` command and kills it (SIGKILL) as it comes to a step.

    python -m tests.support.killed MODULE STEP WORD...

A step is a function of the module or a method of one of its classes, `before` or `after` it: `_swap:before`.
"""

import os
import signal
import sys
from importlib import import_module
from typing import Any

from shared.cli import main


def kill_at(module: str, step: str) -> None:
    found = import_module(module)
    name, _, when = step.partition(":")
    classes = [one for one in vars(found).values() if isinstance(one, type) and one.__module__ == module]
    owner: Any = next((one for one in classes if name in vars(one)), found)
    plain = getattr(owner, name)

    async def watched(*given: Any) -> Any:
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = await plain(*given)
        os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, watched)


if __name__ == "__main__":
    _, module, step, *words = sys.argv
    kill_at(module, step)
    sys.argv[1:] = words
    main()
