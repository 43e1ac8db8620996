"""What does not fit a message: which field, and by which rule; never the value."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from pydantic_core import PydanticCustomError


class Misfit(NamedTuple):
    """`field` as a path (`sessions.0.ends`), `rule` by its name."""

    field: str
    rule: str


def misfits(errors: Iterable[Any]) -> list[Misfit]:
    """Of pydantic's errors. What a whole model says is told at the field that it names."""
    found = [Misfit(".".join(map(str, (*one["loc"], *named(one)))), str(one["type"])) for one in errors]
    # a list whose items do not fit is said to be too short as well
    return [
        one
        for one in dict.fromkeys(found)
        if one.rule != "too_short" or not any(other.field.startswith(f"{one.field}.") for other in found)
    ]


def named(error: Any) -> tuple[str, ...]:
    field = (error.get("ctx") or {}).get("field")
    return (field,) if isinstance(field, str) else ()


def misfit(field: str, rule: str, message: str) -> PydanticCustomError:
    """To be raised by a model's own check."""
    return PydanticCustomError(rule, message, {"field": field})
