"""What is known of deliveries that are due, in few queries for all of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from services.notification.kernel.deliveries import Delivery
from services.notification.kernel.mail_features import MailFeatures
from services.notification.kernel.ports import Directory
from services.notification.kernel.verdicts import DeliveryContext
from shared.contracts.directory import activity_key, recipient_key
from shared.mongo.driver import Store


class StoredContexts:
    def __init__(self, store: Store, features: MailFeatures, directory: Directory) -> None:
        self._store, self._features, self._directory = store, features, directory

    async def of(self, deliveries: Sequence[Delivery]) -> Mapping[str, DeliveryContext]:
        entries = await self._directory.entries({key for one in deliveries for key in one.needs})
        looked_up = await self._looked_up(deliveries)
        return {
            one.id: DeliveryContext(
                entries.get(recipient_key(one.recipient)),
                entries.get(activity_key(one.activity)) if one.activity else None,
                looked_up.get(one.id),
            )
            for one in deliveries
        }

    async def _looked_up(self, deliveries: Sequence[Delivery]) -> dict[str, Any]:
        """What each feature looks up of its own."""
        by_feature: dict[str, list[Delivery]] = defaultdict(list)
        for one in deliveries:
            if one.template in self._features.owners:  # else a later version's
                by_feature[self._features.owner(one.template).name].append(one)
        found: dict[str, Any] = {}
        for feature in self._features.features:
            if feature.look_up is not None and (own := by_feature[feature.name]):
                found |= await feature.look_up(self._store, self._directory, own)
        return found
