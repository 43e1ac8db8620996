"""Indexes as a table: provisioning makes them, and a service asks for them before it starts."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from shared.mongo.driver import DatabaseMisfit, Store

Keys = tuple[tuple[str, int], ...]


class Index(NamedTuple):
    """`expires`: seconds after the time in its field when a document is deleted; `only`: which documents it
    holds, all where it is empty."""

    collection: str
    keys: Keys
    unique: bool = False
    sparse: bool = False
    expires: int | None = None
    only: Mapping[str, Any] = {}

    @property
    def options(self) -> dict[str, Any]:
        """As the driver takes them, and as the database tells them."""
        given = {
            "unique": self.unique or None,
            "sparse": self.sparse or None,
            "expireAfterSeconds": self.expires,
            "partialFilterExpression": dict(self.only) or None,
        }
        return {name: value for name, value in given.items() if value is not None}


def ascending(collection: str, *fields: str, **options: Any) -> Index:
    return Index(collection, tuple((field, 1) for field in fields), **options)


async def make_indexes(store: Store, indexes: Iterable[Index]) -> None:
    for index in indexes:
        await store[index.collection].create_index(list(index.keys), **index.options)


async def drop_indexes(store: Store, indexes: Iterable[Index]) -> None:
    for index in indexes:
        await store[index.collection].drop_index(list(index.keys))


async def require_indexes(store: Store, indexes: Iterable[Index], mended_by: str) -> None:
    """Raises `DatabaseMisfit` unless each is there as the table has it."""
    there: dict[str, list[tuple[Keys, dict[str, Any]]]] = {}
    for index in indexes:
        if (name := index.collection) not in there:
            found = await store[name].index_information()
            there[name] = [(_keys(row), _options(row)) for row in found.values()]
        if (index.keys, index.options) not in there[name]:
            fields = ", ".join(field for field, _ in index.keys)
            raise DatabaseMisfit(f"{store.name} lacks the index of {name} by {fields}: run `{mended_by}`")


def _keys(row: Mapping[str, Any]) -> Keys:
    return tuple((field, int(direction)) for field, direction in row["key"])


def _options(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("unique", "sparse", "expireAfterSeconds", "partialFilterExpression")
    return {name: row[name] for name in names if name in row}
