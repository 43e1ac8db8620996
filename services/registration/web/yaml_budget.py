"""YAML as staff write it, within a budget: a few hundred bytes of it can otherwise mean hours of work."""

from collections.abc import Iterator
from typing import Any, Final

import yaml

NODES: Final = 20_000
DEPTH: Final = 12  # an activity's own is 4


class Unreadable(ValueError):
    """`line`: where, from 1, if known; `advice` says in Indonesian what is not taken, if that is why."""

    def __init__(self, line: int | None = None, advice: str = "") -> None:
        super().__init__("unreadable")
        self.line, self.advice = line, advice


def load(text: str | bytes) -> Any:
    """What it says, in plain values. Raises `Unreadable`. Takes its time: not for the event loop."""
    root = compose(text)
    try:
        return yaml.constructor.SafeConstructor().construct_document(root) if root is not None else None
    except (yaml.YAMLError, ValueError, OverflowError):
        raise Unreadable from None


def compose(text: str | bytes) -> yaml.Node | None:
    """Its nodes, counted before anything is made of them. Raises `Unreadable`."""
    try:
        _count(text)
        root: yaml.Node | None = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        raise Unreadable(_line(error.problem_mark)) from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise Unreadable from None
    for key in _keys(root):
        if key.tag == "tag:yaml.org,2002:merge":
            raise Unreadable(_line(key.start_mark), ". Jangan memakai kunci gabungan (<<)")
    return root


def _count(text: str | bytes) -> None:
    """Also refuses aliases, by which a text stands for more than it holds."""
    depth = nodes = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable(_line(event.start_mark), ". Jangan memakai alias (&, *)")
        nodes += isinstance(event, yaml.NodeEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if nodes > NODES or depth > DEPTH:
            raise Unreadable(_line(event.start_mark), ". Isinya terlalu banyak atau bertingkat terlalu dalam")


def _keys(node: yaml.Node | None) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield from _keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _keys(value)


def _line(mark: Any) -> int | None:
    return mark.line + 1 if mark is not None else None
