"""The only module that knows the MongoDB driver: Motor, or PyMongo's own asynchronous client.

Both offer the same collections; they differ in how sessions start, how aggregations begin and how a
client is closed. Everything else of the project sees `Store`, and the plain values that are handed to it
or raised by it: `InsertOne`, `ReplaceOne`, `UpdateOne`, `ReturnDocument`, `BulkWriteError`, `NoFile`.
"""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar, cast

from bson import CodecOptions
from gridfs.asynchronous import AsyncGridFSBucket
from gridfs.errors import NoFile as NoFile
from pymongo import AsyncMongoClient, ReadPreference, WriteConcern
from pymongo import InsertOne as InsertOne
from pymongo import ReplaceOne as ReplaceOne
from pymongo import ReturnDocument as ReturnDocument
from pymongo import UpdateMany as UpdateMany
from pymongo import UpdateOne as UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError as BulkWriteError
from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    ExecutionTimeout,
    OperationFailure,
    WTimeoutError,
)
from pymongo.errors import DuplicateKeyError as DuplicateKeyError
from pymongo.errors import PyMongoError as PyMongoError
from pymongo.read_concern import ReadConcern

log = logging.getLogger(__name__)

Driver = Literal["motor", "pymongo"]
Document = dict[str, Any]
Session = AsyncClientSession
T = TypeVar("T")

TRANSACTION_SECONDS = 20.0  # the driver's own 120 s are longer than a partition may stand still
# Unauthorized, AuthenticationFailed, LockTimeout, ExceededTimeLimit, OutOfDiskSpace: somebody mends them
PASSING_CODES = frozenset({13, 18, 24, 262, 14031})
# SnapshotTooOld, SnapshotUnavailable: collections were just made or renamed
NO_SNAPSHOT = frozenset({239, 246})
DUPLICATE_KEY = 11000
MAJORITY = WriteConcern(w="majority", j=True)
UNJOURNALED = WriteConcern(w=1)


class DatabaseMisfit(Exception):
    """A database that was not provisioned, or for another number of partitions."""


class CommitUnknown(Exception):
    """The commit may or may not stand: read what it wrote before doing anything else."""


class Store:
    """One database, majority-committed and journaled. Open with `connect`."""

    def __init__(self, client: Any, name: str, prefix: str = "") -> None:
        """`prefix` begins the name of every collection."""
        self._client = client
        self.name = name
        self._prefix = prefix
        self._database = client.get_database(
            name,
            write_concern=MAJORITY,
            read_concern=ReadConcern("majority"),
            read_preference=ReadPreference.PRIMARY,
        )
        self._collections: tuple[dict[str, AsyncCollection[Document]], ...] = ({}, {})

    def __getitem__(self, collection: str) -> AsyncCollection[Document]:
        return self._collection(collection, MAJORITY)

    def aside(self, prefix: str) -> "Store":
        """The same database with collections of their own, for transactions across both."""
        return Store(self._client, self.name, prefix)

    def unjournaled(self, collection: str) -> AsyncCollection[Document]:
        """For what may be lost with the primary: it stands, and is read, as soon as it is in its memory."""
        return self._collection(collection, UNJOURNALED)

    def _collection(self, name: str, concern: WriteConcern) -> AsyncCollection[Document]:
        """Made once: a driver's collection takes long to make."""
        made = self._collections[concern is MAJORITY]
        if (found := made.get(name)) is None:
            seen = ReadConcern("majority" if concern is MAJORITY else "local")
            found = made[name] = self._database.get_collection(
                self._prefix + name, write_concern=concern, read_concern=seen
            )
        return found

    async def aggregate(
        self, collection: str, pipeline: Sequence[Mapping[str, Any]], session: Session | None = None
    ) -> list[Document]:
        cursor = self._database[self._prefix + collection].aggregate(pipeline, session=session)
        if inspect.isawaitable(cursor):
            cursor = await cursor
        return cast(list[Document], await cursor.to_list(None))

    async def transaction(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Run `work` in one transaction, again after transient errors for at most 20 s.

        `work` makes session calls only and may run more than once. Raises `CommitUnknown` when the
        server's answer to the commit was lost, and whatever `work` raises.
        """
        give_up = asyncio.get_running_loop().time() + TRANSACTION_SECONDS
        async with await self._session() as session:
            while True:
                try:
                    return await self._attempt(session, work)
                except PyMongoError as error:
                    again = error.has_error_label("TransientTransactionError")
                    if not again or asyncio.get_running_loop().time() > give_up:
                        raise
                    await asyncio.sleep(0.02)

    async def snapshot(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """Run `work`, which reads and no more, at one moment; again while no such moment can be had, for at
        most 20 s. A transaction would do, but waits at its end for a majority though nothing was written."""
        give_up = asyncio.get_running_loop().time() + TRANSACTION_SECONDS
        while True:
            async with await self._session(snapshot=True) as session:
                try:
                    return await work(session)
                except OperationFailure as error:
                    if error.code not in NO_SNAPSHOT or asyncio.get_running_loop().time() > give_up:
                        raise
            await asyncio.sleep(0.02)

    async def _session(self, **options: bool) -> Any:
        session = self._client.start_session(**options)
        return await session if inspect.isawaitable(session) else session

    async def _attempt(self, session: Any, work: Callable[[Session], Awaitable[T]]) -> T:
        begun = session.start_transaction(read_concern=ReadConcern("snapshot"), write_concern=MAJORITY)
        if inspect.isawaitable(begun):
            await begun
        try:
            result = await work(session)
        except BaseException:
            await session.abort_transaction()
            raise
        try:
            await session.commit_transaction()
        except PyMongoError as error:
            if error.has_error_label("UnknownTransactionCommitResult"):
                raise CommitUnknown(str(error)) from error
            raise
        return result

    async def insert_missing(self, collection: str, rows: Sequence[Document]) -> set[Any]:
        """Insert unjournaled the rows whose id is not there; answers with the ids that were. Costs a third of
        an upsert each."""
        try:
            await self.unjournaled(collection).insert_many(rows, ordered=False)
        except BulkWriteError as error:
            failed = error.details["writeErrors"]
            if any(one["code"] != DUPLICATE_KEY for one in failed):
                raise
            return {rows[one["index"]]["_id"] for one in failed}
        return set()

    def gridfs(self, bucket: str) -> Any:
        """The client's own class for contents of any size, as GridFS lays them down."""
        if isinstance(self._client, AsyncMongoClient):
            return AsyncGridFSBucket(self._database, bucket)
        from motor.motor_asyncio import AsyncIOMotorGridFSBucket

        return AsyncIOMotorGridFSBucket(self._database, bucket)

    async def exists(self) -> bool:
        """Whether provisioning made this database."""
        return bool(await self._database.list_collection_names())

    async def ensure_collection(self, name: str) -> bool:
        """Make a collection if it is not there; True when it was made now."""
        try:
            await self._database.create_collection(self._prefix + name, check_exists=False)
        except OperationFailure as error:
            if error.code != 48:  # NamespaceExists
                raise
            return False
        return True

    async def ping(self, seconds: float = 2.0) -> None:
        """Raises unless the primary answers in time."""
        async with asyncio.timeout(seconds):
            await self._client.admin.command("ping")

    async def now(self) -> datetime:
        """The primary's clock, the same for all who ask."""
        told = await self._client.admin.command("hello", codec_options=CodecOptions(tz_aware=True))
        return cast(datetime, told["localTime"])

    async def drop(self) -> None:
        await self._client.drop_database(self.name)

    async def close(self) -> None:
        closed = self._client.close()
        if inspect.isawaitable(closed):
            await closed


def connect(url: str, database: str, driver: Driver = "motor") -> Store:
    """Make a store; the connection opens with its first use. Times come back aware, in UTC.

    Raises `DatabaseMisfit` for a URL that cannot be one, without showing it: it may hold a password.
    """
    options: dict[str, Any] = {
        "tz_aware": True,
        "serverSelectionTimeoutMS": 2_000,  # a client waits; whoever may wait longer tries again
        "connectTimeoutMS": 5_000,
        "socketTimeoutMS": 30_000,
    }
    try:
        return Store(_client(url, driver, options), database)
    except (ConfigurationError, ValueError) as error:
        raise DatabaseMisfit(f"SIMPUL_MONGO_URL cannot be used ({type(error).__name__})") from None


def _client(url: str, driver: Driver, options: dict[str, Any]) -> Any:
    if driver == "pymongo":
        return AsyncMongoClient(url, **options)
    from motor.motor_asyncio import AsyncIOMotorClient

    log.info(
        "the MongoDB driver is Motor, whose life ended on 2026-05-14 (critical fixes until 2027-05-14); "
        "SIMPUL_MONGO_DRIVER=pymongo takes PyMongo's own asynchronous client"
    )
    return AsyncIOMotorClient(url, **options)


def is_passing(error: BaseException) -> bool:
    """Whether a failure is of the network or the moment, so that the same work may succeed later."""
    if isinstance(error, (ConnectionFailure, ExecutionTimeout, WTimeoutError, TimeoutError, CommitUnknown)):
        return True
    if isinstance(error, OperationFailure) and error.code in PASSING_CODES:
        return True
    return isinstance(error, PyMongoError) and (
        error.has_error_label("TransientTransactionError") or error.has_error_label("RetryableWriteError")
    )
