"""Compares once more what a running demo holds with its files: `python -m local.check [.simpul/demo.json]`.

Exit 0 when everything agrees, 1 when a row differs, 2 when nothing runs there.
"""

import asyncio
import sys
from pathlib import Path

import httpx
from aiokafka.errors import KafkaError
from rich.console import Console

from local.addresses import DemoAddresses
from local.comparison import as_table, differing
from local.gatherings import fgd_sumbar, rakor_bali
from local.story import settled


async def check(addresses: DemoAddresses, console: Console) -> bool:
    async with httpx.AsyncClient(timeout=15) as client:
        rows = await settled(addresses, (rakor_bali(), fgd_sumbar()), client, seconds=0)
    console.print(as_table(rows))
    for row in differing(rows):
        console.print(f"differs: {row.name}", soft_wrap=True)
    return not differing(rows)


def main() -> int:
    path = Path(sys.argv[1] if len(sys.argv) > 1 else ".simpul/demo.json")
    console = Console()
    try:
        return 0 if asyncio.run(check(DemoAddresses.read(path), console)) else 1
    except (OSError, httpx.HTTPError, KafkaError, TimeoutError) as error:
        console.print(f"No demo can be read by {path}: {error!r}", soft_wrap=True)
        return 2


if __name__ == "__main__":
    sys.exit(main())
