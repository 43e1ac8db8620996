"""How large a request may be at a path."""

from collections.abc import Callable
from typing import Final

from starlette.routing import compile_path

from services.registration.kernel.features import Features

BODY_BYTES: Final = 256_000


def body_limit(features: Features) -> Callable[[str], int]:
    """What the feature that adds a route states of its path, else `BODY_BYTES`."""
    stated = [pair for feature in features.features for pair in feature.body_bytes.items()]
    larger = [(compile_path(path)[0], most) for path, most in stated]
    return lambda path: next((most for pattern, most in larger if pattern.match(path)), BODY_BYTES)
