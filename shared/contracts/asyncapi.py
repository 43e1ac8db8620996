"""What stands on Kafka as one AsyncAPI 3.0 document (https://www.asyncapi.com/docs/reference/specification/v3.0.0)."""

import inspect
import json
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.contracts import topics
from shared.contracts.commands import COMMANDS
from shared.contracts.facts import FACTS
from shared.contracts.reports import NationalRow
from shared.contracts.schemas import REGISTRY

Json = dict[str, Any]
REF: Final = "#/components/schemas/{model}"
ENVELOPE: Final[Json] = {
    "type": "object",
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type"],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "minLength": 1, "maxLength": 300},
        "ce_source": {"type": "string", "minLength": 1, "maxLength": 300},
        "ce_type": {"type": "string", "minLength": 1, "maxLength": 300},
        "ce_subject": {"type": "string", "description": "equals the record's key"},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_traceparent": {
            "type": "string",
            "description": "of a trace, where the office has them on: the distributed tracing extension",
        },
        "ce_simpulactor": {
            "type": "string",
            "description": "who of an office had it done; taken from its own doors alone, never published",
        },
        "content-type": {"const": "application/json"},
    },
}


@dataclass(frozen=True, slots=True)
class Channel:
    """A topic of every office, or of the nation. `messages`: their names in the registry; `events`: whether
    records are CloudEvents."""

    name: str
    address: str
    about: str
    key: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    settings: dict[str, str]
    messages: tuple[str, ...]
    events: bool = True
    partitions: int = topics.PARTITIONS


OFFICES_REGISTRATION: Final = "registration of the office"
OFFICES_NOTIFICATION: Final = "notification of the office"
CHANNELS: Final = (
    Channel(
        "intake",
        topics.intake("{office}"),
        "Commands: the only way into an office's register. Personal and private to the office; kept until"
        " decided, and trimmed behind that. The header `simpul_signature` is `{key id}:{base64}`, Ed25519"
        " over key, `ce_source`, `ce_id`, `ce_type` and value, each behind its length as four bytes, the"
        " highest first; the key id is the first 16 hex digits of the public key's SHA-256.",
        "id of the aggregate: the activity's, or `p:{ref}` of a participant; placed by murmur2",
        (OFFICES_REGISTRATION, "regional systems that the office lets in"),
        (OFFICES_REGISTRATION,),
        topics.INTAKE_SETTINGS,
        tuple(COMMANDS),
    ),
    Channel(
        "facts",
        topics.facts("{office}"),
        "What the office decided, numbered without gaps in each partition. Names no person; kept for good.",
        "as its command's, but a digest (`p:~`) of what is about a person; on the partition of the ledger"
        " that holds it",
        (OFFICES_REGISTRATION,),
        (OFFICES_NOTIFICATION, "reporting", "whoever may know what the nation knows"),
        topics.FACTS_SETTINGS,
        tuple(FACTS),
    ),
    Channel(
        "directory",
        topics.directory("{office}"),
        "Who is behind a registration, an activity's details as they are now, and invitations of staff."
        " Personal and private to the office; compacted; a null value ends a registration's record."
        " `simpul_signature` is over `directory`, the office's code, the partition in decimal digits, key and"
        " value.",
        "`r:{registration}`, `i:{invitation}`, `a:{activity}`, `material:{activity}/{id}` or `k:{part}` of"
        " who has a part, on the partition of its activity; `u:{random}` of an account",
        (OFFICES_REGISTRATION,),
        (OFFICES_NOTIFICATION,),
        topics.DIRECTORY_SETTINGS,
        (
            "id.simpul.directory.registration.v1",
            "id.simpul.directory.activity.v1",
            "id.simpul.directory.account.v1",
            "id.simpul.directory.material.v1",
            "id.simpul.directory.invitation.v1",
            "id.simpul.directory.part.v1",
        ),
        events=False,
    ),
    Channel(
        "reports",
        topics.NATIONAL_REPORTS,
        "The nation's figures as they are now, one row each, exact to a single person: for the directorate"
        " alone. Compacted; a null value says that a row is zero by now. Records may repeat: of two of a key"
        " the one with the higher `rev` holds.",
        "`{office}|{YYYY-MM}|{kind}|{category}`, empty where null",
        ("reporting",),
        ("the directorate",),
        topics.REPORTS_SETTINGS,
        (NationalRow.type,),
        partitions=topics.REPORTS_PARTITIONS,
    ),
)


def document() -> Json:
    """The document as JSON; every reference in it leads to a place in it."""
    named = [REGISTRY[name] for channel in CHANNELS for name in channel.messages]
    found, definitions = models_json_schema([(model, "validation") for model in named], ref_template=REF)
    references = {model: schema for (model, _), schema in found.items()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Simpul",
            "version": "1",
            "description": "Topics of each office, which share the prefix `simpul.{office}.`, and one of the"
            " nation. Readers pass over fields that they do not know, and count facts of types that they do"
            " not know.",
        },
        "defaultContentType": "application/json",
        "channels": {channel.name: _channel(channel) for channel in CHANNELS},
        "operations": dict(operation for channel in CHANNELS for operation in _operations(channel)),
        "components": {
            "messages": {
                name: _message(name, REGISTRY[name], references[REGISTRY[name]], channel.events)
                for channel in CHANNELS
                for name in channel.messages
            },
            "schemas": {"CloudEvent": ENVELOPE} | definitions["$defs"],
        },
    }


def rendered() -> str:
    return json.dumps(document(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _channel(channel: Channel) -> Json:
    office = {"office": {"description": "the office's code, as `bali`", "examples": ["bali"]}}
    return {
        "address": channel.address,
        "description": channel.about,
        "parameters": office if "{office}" in channel.address else {},
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in channel.messages},
        "bindings": {"kafka": {"partitions": channel.partitions, "bindingVersion": "0.5.0"}},
    }


def _operations(channel: Channel) -> list[tuple[str, Json]]:
    """Of each who writes or reads; an application that does one implements that operation."""
    target = {"channel": {"$ref": f"#/channels/{channel.name}"}}
    roles = [("send", one) for one in channel.writers] + [("receive", one) for one in channel.readers]
    return [
        (f"{channel.name}-{action}-{who.replace(' ', '-')}", target | {"action": action, "title": who})
        for action, who in roles
    ]


def _message(name: str, model: type[BaseModel], payload: Json, event: bool) -> Json:
    said: Json = {"name": name, "payload": payload}
    if model.__doc__ and model.__doc__ != BaseModel.__doc__:
        said["summary"] = inspect.cleandoc(model.__doc__)
    return said | ({"headers": {"$ref": "#/components/schemas/CloudEvent"}} if event else {})
