"""The AsyncAPI document, and a page of it for people: each topic, who may read and write it, each message.

`python -m shared.contracts.reading [--check]` writes or compares both under `docs/`.
"""

import sys
from pathlib import Path
from typing import Any, Final

from shared.contracts.asyncapi import CHANNELS, Channel, Json, document, rendered

DOCS: Final = Path(__file__).parents[2] / "docs"

HEAD: Final = """# Messages

Made by `make schemas` from the models in `shared/contracts`; the same for programs is
[asyncapi.json](asyncapi.json) (AsyncAPI 3.0), and each message's JSON Schema lies in
`shared/contracts/schemas`. An office's topics share the prefix `simpul.{office}.`, so that one rule fences
it in. Records are CloudEvents 1.0 in Kafka's binary mode but for those of the directory. Whoever reads
passes over fields that it does not know. Of a field that an object names twice the last counts; HTTP
refuses such a body. What a new command may hold beyond its shape (years 2000 to 2100, durations of 0 to 366
days, names that are names) is [decision 32](adr/0032-what-a-new-command-may-hold.md).

| topic | may write | may read | partitioned and known by |
| --- | --- | --- | --- |
"""


def page() -> str:
    """Markdown."""
    found = document()
    rows = "".join(
        f"| `{one.address}` | {', '.join(one.writers)} | {', '.join(one.readers)} | {one.key} |\n"
        for one in CHANNELS
    )
    return HEAD + rows + "".join(_channel(one, found["components"]) for one in CHANNELS)


def _channel(channel: Channel, components: Json) -> str:
    settings = ", ".join(f"`{name}={value}`" for name, value in channel.settings.items())
    said = (
        f"\n## {channel.name.capitalize()}: `{channel.address}`\n\n{channel.about}\n\nSettings: {settings}.\n"
    )
    parts = {name: components["messages"][name] for name in channel.messages}
    used: list[str] = []
    for name, message in parts.items():
        schema = components["schemas"][_name(message["payload"])]
        said += f"\n### `{name}`\n\n{_sentence(message)}{_table(schema, used)}"
    for name in used:  # grows while it is walked: what a part is made of comes after it
        said += f"\n#### {name}\n\n{_table(components['schemas'][name], used)}"
    return said


def _sentence(message: Json) -> str:
    return f"{message['summary']}\n\n" if "summary" in message else ""


def _table(schema: Json, used: list[str]) -> str:
    required = schema.get("required", [])
    rows = "".join(
        f"| `{name}` | {_kind(field, used)} | {'yes' if name in required else ''} |\n"
        for name, field in schema.get("properties", {}).items()
    )
    return "| field | what | required |\n| --- | --- | --- |\n" + rows


def _name(schema: Json) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _kind(schema: Any, used: list[str]) -> str:
    """In a few words: `list of text`, `integer, 0 to 1000`, or the part's name."""
    if "$ref" in schema:
        if _name(schema) not in used:
            used.append(_name(schema))
        return f"[{_name(schema)}](#{_name(schema).lower()})"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(one, used) for one in schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{one}`" for one in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        items = schema.get("items", schema.get("prefixItems", [{}]))
        return f"list of {_kind(items if isinstance(items, dict) else items[0], used)}"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {_kind(schema['additionalProperties'], used)}"
    return _plain(schema)


def _plain(schema: Json) -> str:
    said = str({"string": "text", None: "anything"}.get(schema.get("type"), schema.get("type")))
    if "format" in schema:
        said = str(schema["format"])
    if "maximum" in schema and "minimum" in schema:
        said += f", {schema['minimum']} to {schema['maximum']}"
    if str(schema.get("pattern", "")).startswith(r"^[^\x00-\x1f"):
        said = "one line of text"
    if "maxLength" in schema:
        said += f", at most {schema['maxLength']} characters"
    if "pattern" in schema and "\\x" not in schema["pattern"] and len(schema["pattern"]) <= 40:
        said += f", `{schema['pattern'].replace('|', '&#124;')}`"
    return said


def main() -> None:
    wanted = {DOCS / "asyncapi.json": rendered(), DOCS / "messages.md": page()}
    stale = [file for file, text in wanted.items() if not file.exists() or file.read_text() != text]
    if "--check" in sys.argv:
        if stale:
            sys.exit("stale, run `make schemas`: " + ", ".join(file.name for file in stale))
        return
    for file in stale:
        file.write_text(wanted[file])


if __name__ == "__main__":
    main()
