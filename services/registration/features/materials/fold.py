"""What each fact of materials changes, and what of it stays in the office."""

from collections.abc import Mapping
from typing import Any, Final

from services.registration.features.materials.domain.material import MATERIAL, state_id
from services.registration.features.materials.material_states import content_document, content_of
from services.registration.kernel.feature import FactRule, FactWithoutState, PrivatePart
from shared.contracts.facts import Body, MaterialPublished, MaterialWithdrawn


def _material(body: Any, key: str) -> str:
    """Raises `FactWithoutState` where the key is another than its activity."""
    if body.activity != key:
        raise FactWithoutState(f"{type(body).__name__} is keyed by something else than its activity")
    return state_id(key, body.material)


_CONTENT: Final = PrivatePart(MATERIAL, content_document, content_of, lambda state: state.content)
_CHANGES: Final = {MATERIAL: _material}
FACTS: Final[Mapping[type[Body], FactRule]] = {
    MaterialPublished: FactRule(_CHANGES, "published", _CONTENT, history="menerbitkan materi"),
    MaterialWithdrawn: FactRule(_CHANGES, "withdrawn", history="menarik materi"),
}
