"""Ports that a worker of pytest may give: none of them is another's, who might give it at the same moment."""

import os
from collections.abc import Sequence


def share_of_this_worker(ports: Sequence[int]) -> Sequence[int]:
    """All of them where there is one process alone."""
    name, workers = (
        os.environ.get("PYTEST_XDIST_WORKER", "gw0"),
        os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"),
    )
    number = int(name.removeprefix("gw")) % int(workers)  # whoever stands in for one that died counts on
    return ports[number :: int(workers)]
