"""One bucket of mails for the whole office, whatever instances share it; MongoDB's clock fills it."""

from typing import Any

from shared.mongo.driver import ReturnDocument, Store

FIELD = "bucket"


class MongoTokenBucket:
    """Fills at `per_minute` and holds what six seconds bring: a minute sees 1.1 times as many at most."""

    def __init__(self, store: Store, per_minute: int) -> None:
        self._rows = store["meta"]
        self._per_ms = per_minute / 60_000
        self._holds = max(1.0, per_minute / 10)
        self.seconds_each = 60 / per_minute

    async def take(self, at_most: int) -> int:
        """Take as many as there are, up to `at_most`; returns how many."""
        filled: dict[str, Any] = {
            "$min": [
                self._holds,
                {
                    "$add": [
                        {"$ifNull": ["$tokens", self._holds]},
                        {
                            "$multiply": [
                                {"$max": [0, {"$subtract": ["$$NOW", {"$ifNull": ["$at", "$$NOW"]}]}]},
                                self._per_ms,
                            ]
                        },
                    ]
                },
            ]
        }
        row = await self._rows.find_one_and_update(
            {"_id": FIELD},
            [
                {"$set": {"tokens": filled, "at": "$$NOW"}},
                {"$set": {"granted": {"$min": [at_most, {"$floor": "$tokens"}]}}},
                {"$set": {"tokens": {"$subtract": ["$tokens", "$granted"]}}},
            ],
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return int(row["granted"]) if row else 0
