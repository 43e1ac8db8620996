"""`python -m proof check FOLDER`: decide the invariants of a saved run, or of a system that is at rest now.

    python -m proof check FOLDER
    python -m proof check --live [FILE]     FILE: addresses as `make demo` writes them, .simpul/demo.json

Exit 0: all held; 1: one is violated; 2: usage, or there is nothing to read.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from proof.checks import CHECKS, Verdict
from proof.witnesses import gather, load

DEMO = Path(".simpul/demo.json")


def check(folder: Path) -> list[Verdict]:
    """Raises `OSError` or `ValueError` where the folder holds no run."""
    run = load(folder)
    return [decide(run) for decide in CHECKS]


async def live(addresses: Path, folder: Path) -> list[Verdict]:
    """Ask the witnesses of a running system that is at rest. `addresses`: a demo's file or a run.json."""
    known = json.loads(addresses.read_text())
    await gather(
        folder,
        kafka=known["kafka"],
        mongo=known["mongo"],
        offices=list(known["offices"]),
        mailbox_url=_url(known["mailbox"]),
        national_url=_url(known["national"]),
        token=_token(known["national"]),
    )
    return await asyncio.to_thread(check, folder)


def _token(national: dict[str, str]) -> str:
    return national["token"] if "token" in national else Path(national["token_file"]).read_text().strip()


def _url(place: str | dict[str, str]) -> str:
    return place if isinstance(place, str) else place["url"]


def main(*arguments: str | Path) -> int:
    """Print a line for each invariant; returns the exit code."""
    given = [str(argument) for argument in arguments]
    if len(given) not in (1, 2) or (given[0] != "--live" and len(given) == 2):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        if given[0] == "--live":
            with tempfile.TemporaryDirectory() as folder:
                verdicts = asyncio.run(live(Path(given[1]) if given[1:] else DEMO, Path(folder)))
        else:
            verdicts = check(Path(given[0]))
    except (OSError, ValueError, KeyError) as error:
        print(f"no run can be read there: {error!r}", file=sys.stderr)
        return 2
    for verdict in verdicts:
        print(verdict)
    return 0 if all(verdict.held for verdict in verdicts) else 1
