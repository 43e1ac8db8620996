"""Ports for a demo of a test's own."""

import random

from local.addresses import Ports, management
from local.machine import is_free
from tests.support.ports import share_of_this_worker


def free_ports() -> Ports:
    """Each free a moment ago, and so the one where its service would be watched; all below those that the
    kernel gives to outgoing connections."""
    some = random.sample(share_of_this_worker(range(10_000, 20_000)), 500)
    free = [port for port in some if is_free(port) and is_free(management(port))]
    return Ports(*free[: len(Ports.names())])
