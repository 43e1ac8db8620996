"""Facts that were published under a digest of their key, found again under the key itself."""

import asyncio
from collections.abc import Mapping, Sequence

from services.registration.kernel.digests import PUBLISHED_PERSON_KEY
from services.registration.kernel.feature import OfficeStore
from services.registration.kernel.features import Features
from services.registration.kernel.ports import DoesNotFit
from services.registration.kernel.recovery import DirectoryEntries, RecoveredFact
from services.registration.storage.facts_beyond_ledger import entries_of
from shared.contracts import topics
from shared.kafka.offsets import Log, reader
from shared.signatures import EntrySignatures


class PublishedKeys:
    """Of one recovery. Whom a digest stands for, the register may know, or any partition's directory, which
    is read for it once, where some fact needs it."""

    def __init__(
        self,
        of: OfficeStore,
        features: Features,
        bootstrap: str,
        partitions: int,
        signatures: EntrySignatures,
    ) -> None:
        self._of = of
        self._features = features
        self._bootstrap = bootstrap
        self._partitions = partitions
        self._signatures = signatures
        self._keys: Mapping[str, str] | None = None
        self._lock = asyncio.Lock()

    async def restored(self, told: Sequence[RecoveredFact]) -> list[RecoveredFact]:
        """Under the keys that the digests stand for; where nobody knows it any more, under the digest. Raises
        `DoesNotFit` where the key that the office has now made none of them."""
        digests = {one.fact.key for one in told if one.fact.key.startswith(PUBLISHED_PERSON_KEY)}
        if not digests:
            return list(told)
        async with self._lock:
            keys = self._keys = self._keys or await self._all_keys()
        if keys and digests.isdisjoint(keys):
            raise DoesNotFit("SIMPUL_PERSON_KEY did not name the people whose corrections come back")
        return [
            one._replace(fact=one.fact._replace(key=keys.get(one.fact.key, one.fact.key))) for one in told
        ]

    async def _all_keys(self) -> Mapping[str, str]:
        models = {rule.prefix: rule.model for rule in self._features.entries.values()}
        entries: dict[str, object] = {}
        async with reader(self._bootstrap) as consumer:
            for partition in range(self._partitions):
                log = Log(consumer, topics.directory(self._of.office), partition)
                entries |= (await entries_of(log, None, models, self._signatures)).found
        keys: dict[str, str] = {}
        for feature in self._features.features:
            if feature.published_keys:
                keys |= await feature.published_keys(self._of, DirectoryEntries(entries))
        return keys
