"""What a client sent, as the command it means. A `Problem` names fields that do not fit, never values."""

import asyncio
import json
from codecs import BOM_UTF8
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, TypeAdapter, ValidationError

from services.registration.web.yaml_budget import load
from shared.http import Problem, invalid_body

YAML_TYPES = {"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"}
JSON = TypeAdapter[Any](Any)
C = TypeVar("C", bound=BaseModel)


async def parsed(request: Request, by_staff: bool = True) -> Any:
    """The body as JSON, or as YAML where staff say so. Raises `Problem` 415 or 422.

    Whoever bears no token sends JSON alone, and says so: any site's page can make a browser send the rest.
    """
    raw = (await request.body()).removeprefix(BOM_UTF8)  # RFC 8259, 8.1: a parser may ignore it
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    try:
        if kind == "application/json":
            return _json(raw)
        if kind in YAML_TYPES and by_staff:
            return await asyncio.to_thread(load, raw)
    except ValueError:
        raise Problem(
            422, "invalid", "Isi kiriman bukan JSON atau YAML yang terbaca, atau satu isian ada dua kali."
        ) from None
    kinds = "application/json atau application/yaml" if by_staff else "application/json"
    raise Problem(415, "unsupported_type", f"Kirim dengan Content-Type: {kinds}.", {"Accept": kinds})


def _json(raw: bytes) -> Any:
    """Raises `ValueError`, also where an object names a field twice: which one was meant nobody knows."""
    found = JSON.validate_json(raw)
    json.loads(raw, object_pairs_hook=_each_once)
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a field is named twice")


def fitted(model: type[C], body: Any, **given: str) -> C:
    """The body as a command, closed: an unknown field is told, not ignored. Raises `Problem` 422."""
    if not isinstance(body, dict):
        raise Problem(422, "invalid", "Isi kiriman harus berupa satu objek.")
    try:
        return model.model_validate(body | given)
    except ValidationError as error:
        raise invalid_body(error.errors()) from None


async def body_as(model: type[C], request: Request, by_staff: bool = True, **given: str) -> C:
    return fitted(model, await parsed(request, by_staff), **given)
