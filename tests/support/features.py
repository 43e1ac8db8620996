"""The features of registration as they are deployed."""

from typing import Any

from services.registration.features import FEATURES
from services.registration.kernel.features import assemble
from shared.accounts.staff_access import StaffAccess

ALL = assemble(FEATURES)

_NOTHING: Any = None
ACCESS = StaffAccess(_NOTHING, _NOTHING, _NOTHING, "", _NOTHING, _NOTHING, _NOTHING, _NOTHING, {})
"""Gives routes their permissions, where nobody comes in."""
