"""What `/openapi.json` says of bodies that are read by hand, and of how commands are answered."""

from functools import cache
from typing import Any

from pydantic import BaseModel, TypeAdapter

from services.registration.web.answers import IDENTIFIER
from shared.contracts.outcomes import Outcome
from shared.http import RETRY, Answers, problem_answer

LOCATION = {
    "Location": {
        "schema": {"type": "string"},
        "description": "where the outcome of one command can be asked for",
    }
}


def _header(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "schema": schema}


WISHES: dict[str, Any] = {
    "parameters": [
        _header("Idempotency-Key", {"type": "string", "pattern": IDENTIFIER.pattern}),
        _header("prefer", {"type": "string"}),
    ]
}
"""Headers by which a client says how a command is to be answered; read by hand, as they cost less so."""

TOO_LARGE: Answers = {413: problem_answer("The body is too large.")}
TOO_OFTEN: Answers = {429: problem_answer("Too many from this email or source address this hour.", RETRY)}
NO_MARK: Answers = {400: problem_answer("`after` is no mark of an answer before.")}


class Outcomes(BaseModel):
    """In the order of what was sent."""

    outcomes: list[Outcome]


def answers(model: Any = Outcome) -> Answers:
    """How a command is answered over HTTP."""
    return {
        200: {"model": model, "description": "Decided."},
        202: {"model": model, "description": "Taken, not decided yet.", "headers": LOCATION},
        400: problem_answer("The Idempotency-Key is none."),
        409: problem_answer("Refused: `reason` names why."),
        422: problem_answer("The body does not fit, or the Idempotency-Key came with another body before."),
        503: problem_answer("Unknown whether it was taken: send it again with the same key.", RETRY),
        415: problem_answer("The body is of a type, or packed in a way, that is not taken here."),
    } | TOO_LARGE


def body(model: type[BaseModel], *given: str, or_many: bool = False, required: bool = True) -> dict[str, Any]:
    """The request body, JSON or YAML: `model` without the fields that are given, as by the path."""
    schema = _schema(model)
    if given:
        schema = schema | {
            "properties": {name: one for name, one in schema["properties"].items() if name not in given},
            "required": [name for name in schema["required"] if name not in given],
        }
    if or_many:
        schema = {"oneOf": [schema, {"type": "array", "items": schema, "maxItems": 1000}]}
    content = {"schema": schema}
    return {
        "requestBody": {
            "required": required,
            "content": {"application/json": content, "application/yaml": content},
        }
    } | WISHES


def with_path(described: dict[str, Any], name: str, kind: Any) -> dict[str, Any]:
    """The same with a part of the path that is read by hand."""
    schema = TypeAdapter(kind).json_schema()
    part = {"name": name, "in": "path", "required": True, "schema": schema}
    return described | {"parameters": [part, *described["parameters"]]}


FILE: dict[str, Any] = {"schema": {"type": "string", "format": "binary", "minLength": 1}}
SHEET: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": FILE,
            "application/octet-stream": FILE,
        },
    }
}


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    inlined: dict[str, Any] = _inlined(schema, schema.get("$defs", {}))
    return inlined


def _inlined(node: Any, definitions: dict[str, Any]) -> Any:
    """The schema with its definitions in place, since a `$ref` would be looked up in the whole document."""
    if isinstance(node, list):
        return [_inlined(one, definitions) for one in node]
    if not isinstance(node, dict):
        return node
    rest = {name: _inlined(one, definitions) for name, one in node.items() if name not in ("$defs", "$ref")}
    if (ref := node.get("$ref")) is None:
        return rest
    return _inlined(definitions[ref.removeprefix("#/$defs/")], definitions) | rest
