"""Where in a YAML text a field stands, and the lines around what must be mended."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import yaml

from services.registration.web.yaml_budget import Unreadable, compose

AROUND: Final = 1  # lines shown before and after one with a mistake
SHOWN: Final = 12  # mistakes at once: the page has 30 kB
WIDTH: Final = 80


class Mistake(NamedTuple):
    """`line` from 1, None where the text has no place for it."""

    line: int | None
    field: str
    told: str


class Line(NamedTuple):
    """`mistakes` of this line; `after_gap`: lines before it are left out."""

    number: int
    text: str
    mistakes: list[Mistake]
    after_gap: bool


def mistakes(text: str, errors: Mapping[str, str]) -> list[Mistake]:
    """In the order of the text."""
    try:
        root = compose(text)
    except Unreadable:
        root = None
    found = [Mistake(_line_of(root, field), field, told) for field, told in errors.items()]
    return sorted(found, key=lambda one: one.line or 0)


def excerpt(text: str, found: list[Mistake]) -> list[Line]:
    by_line: dict[int, list[Mistake]] = {}
    for one in found:
        if one.line is not None:
            by_line.setdefault(one.line, []).append(one)
    near = {at for line in by_line for at in range(line - AROUND, line + AROUND + 1)}
    texts = text.splitlines()
    shown = [at for at in sorted(near) if 1 <= at <= max(len(texts), *by_line)] if by_line else []
    return [
        Line(at, texts[at - 1][:WIDTH] if at <= len(texts) else "", by_line.get(at, []), at - 1 not in shown)
        for at in shown
    ]


def _line_of(root: yaml.Node | None, field: str) -> int | None:
    """Of the field, else of the nearest around it that is there."""
    if root is None:
        return None
    node, line = root, root.start_mark.line
    for part in field.split("."):
        inner = _inner(node, part)
        if inner is None:
            break
        line, node = inner
    return line + 1


def _inner(node: yaml.Node, part: str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        named = [(key, value) for key, value in node.value if key.value == part]
        return (named[-1][0].start_mark.line, named[-1][1]) if named else None
    if isinstance(node, yaml.SequenceNode) and part.isdecimal() and int(part) < len(node.value):
        item = node.value[int(part)]
        return item.start_mark.line, item
    return None
