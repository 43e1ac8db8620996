"""How a mutant changes a class or a module of this process."""

from typing import Any


def patch(owner: Any, name: str, value: Any) -> None:
    assert hasattr(owner, name), f"{owner} has no {name} any more: the mutant would change nothing"
    setattr(owner, name, value)
