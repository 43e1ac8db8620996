"""What a client sent, as the command it means. A `Problem` names fields that do not fit, never values."""

from typing import Any, TypeVar

import yaml
from fastapi import Request
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.http import Problem, invalid_body

YAML_TYPES = {"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"}
JSON = TypeAdapter[Any](Any)
C = TypeVar("C", bound=BaseModel)


async def parsed(request: Request) -> Any:
    """The body as JSON, or as YAML where it says so. Raises `Problem` 422."""
    raw = await request.body()
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    try:
        if kind in YAML_TYPES:
            return yaml.safe_load(raw)
        return JSON.validate_json(raw)
    except (ValueError, yaml.YAMLError):
        raise Problem(422, "invalid", "Isi kiriman bukan JSON atau YAML yang terbaca.") from None


def fitted(model: type[C], body: Any, **given: str) -> C:
    """The body as a command, closed: an unknown field is told, not ignored. Raises `Problem` 422."""
    if not isinstance(body, dict):
        raise Problem(422, "invalid", "Isi kiriman harus berupa satu objek.")
    try:
        return model.model_validate(body | given)
    except ValidationError as error:
        raise invalid_body(error.errors()) from None


async def body_as(model: type[C], request: Request, **given: str) -> C:
    return fitted(model, await parsed(request), **given)
