"""What is looked up before the mail of a material goes: the material, and whether its reader has a seat."""

from collections.abc import Mapping, Sequence

from services.notification.features.gatherings.looking_up import standings
from services.notification.features.materials.domain.rules import MaterialLookedUp, material_of
from services.notification.kernel.deliveries import Delivery
from services.notification.kernel.ports import Directory
from shared.contracts.directory import MaterialEntry, material_key
from shared.mongo.driver import Store


async def look_up(
    store: Store, directory: Directory, deliveries: Sequence[Delivery]
) -> Mapping[str, MaterialLookedUp]:
    keys = {one.id: material_key(one.activity, material_of(one)) for one in deliveries}
    entries = await directory.entries({*keys.values()})
    seats = await standings(store, {one.recipient for one in deliveries})
    found = {}
    for one in deliveries:
        entry = entries.get(keys[one.id])
        material = entry if isinstance(entry, MaterialEntry) else None
        found[one.id] = MaterialLookedUp(seats.get(one.recipient), material)
    return found
