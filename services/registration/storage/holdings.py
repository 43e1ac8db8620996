"""All that an office holds of a person, over its features: collected, and taken away in one transaction."""

from collections.abc import Mapping

from services.registration.kernel.feature import OfficeStore, Rows
from services.registration.kernel.features import Features
from shared.mongo.driver import Session


async def collect(features: Features, of: OfficeStore, ref: str) -> Mapping[str, Rows]:
    """By feature; of those that hold something."""
    found = {
        feature.name: await feature.holdings.collect(of, ref)
        for feature in features.features
        if feature.holdings
    }
    held = {
        name: {collection: found_rows for collection, found_rows in rows.items() if found_rows}
        for name, rows in found.items()
    }
    return {name: rows for name, rows in held.items() if rows}


async def remove(features: Features, of: OfficeStore, ref: str) -> None:
    """Take away what leads to the person of this ref, while the office goes on. Facts stay as they are.

    The raised epochs turn away whoever decides just now upon what it read before; they claim again, and read.
    """

    async def work(session: Session) -> None:
        await of.store["cursors"].update_many({}, {"$inc": {"epoch": 1}}, session=session)
        for feature in features.features:
            if feature.holdings:
                await feature.holdings.remove(of, ref, session)

    await of.store.transaction(work)
