"""Faults under load, and a recount from outside.

    python -m proof [--seed N | --seeds N] [--minutes M] [--rows main|all|NAME,NAME] [--broker KIND]
                    [--members N] [--offices CODE,CODE] [--keep FOLDER]
    python -m proof --mutants [NAME,NAME] [--seed N] [--keep FOLDER]
    python -m proof check FOLDER

Exit 0: every invariant held; 1: one did not, or the system never came to rest; 2: usage.
"""

import argparse
import asyncio
import logging
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from local.errors import LocalError
from proof import check, mutants_run
from proof.run import chosen, forget, run, tell
from proof.system import PROVINCES, Kind
from proof.table import Outcome, invariants, table


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m proof", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    seeds = parser.add_mutually_exclusive_group()
    seeds.add_argument("--seed", type=int, help="repeat the decisions of a run")
    seeds.add_argument("--seeds", type=int, default=1, metavar="N", help="so many runs with random seeds")
    parser.add_argument("--minutes", type=float, default=3.0, help="of one run, start and check included")
    parser.add_argument("--rows", default="main", help="main, all, or names with commas")
    broker = "kafka" if os.environ.get("SIMPUL_TEST_BROKER") == "kafka" else "embedded"
    parser.add_argument("--broker", choices=["embedded", "kafka", "both"], default=broker)
    parser.add_argument("--members", type=int, choices=[1, 3], default=1, help="of MongoDB's replica set")
    parser.add_argument("--offices", default=",".join(PROVINCES), help="fewer, where the machine is slow")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep what the witnesses said there")
    parser.add_argument("--mutants", nargs="?", const="", metavar="NAMES", help="try the harness itself")
    return parser.parse_args()


def main() -> int:
    if sys.argv[1:2] == ["check"]:
        return check.main(*sys.argv[2:])
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that disks and processes go, too
    if options.mutants is not None:
        return mutants_run.main(options.mutants, options.seed, options.keep)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what clients of ours meet is what was done
    seeds = (
        [options.seed]
        if options.seed is not None
        else [random.randrange(10**6) for _ in range(options.seeds)]
    )
    kinds: list[Kind] = ["embedded", "kafka"] if options.broker == "both" else [options.broker]
    keep = options.keep or Path(tempfile.mkdtemp(prefix="simpul-proof-"))
    outcomes = []
    for seed in seeds:
        for kind in kinds:
            try:
                outcomes.append(_one(seed, kind, keep / f"{seed}-{kind}", options))
            except ValueError as wrong:
                print(wrong, file=sys.stderr)
                return 2
            except LocalError as error:
                print(f"seed {seed} on {kind}: {error}", file=sys.stderr)
                return 1
    print(f"\n{table(outcomes)}\n\n{invariants(outcomes)}")
    for bad in [outcome for outcome in outcomes if not outcome.well]:
        print(f"seed {bad.seed} on {bad.kind} went wrong; its witnesses are in {bad.folder}")
    if not options.keep:
        forget(outcomes)
    return 0 if all(outcome.well for outcome in outcomes) else 1


def _one(seed: int, kind: Kind, folder: Path, options: argparse.Namespace) -> Outcome:
    print(f"seed {seed} on {kind}, {options.minutes:g} minutes", flush=True)
    begun = time.monotonic()
    rows = chosen(options.rows, kind)
    offices = tuple(options.offices.split(","))
    outcome = asyncio.run(
        run(seed, kind, folder, options.minutes, rows, members=options.members, offices=offices)
    )
    print(f"  checked; {time.monotonic() - begun:.0f} s in all", flush=True)
    tell(outcome)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
