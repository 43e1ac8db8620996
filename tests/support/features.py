"""The features of registration and notification as they are deployed."""

from typing import Any

from services.notification.features import FEATURES as MAIL_FEATURES
from services.notification.kernel.mail_features import assemble as assemble_mails
from services.registration.features import FEATURES
from services.registration.features.accounts.staff_access import StaffAccess
from services.registration.kernel.features import assemble

ALL = assemble(FEATURES)
MAILS = assemble_mails(MAIL_FEATURES)

_NOTHING: Any = None
ACCESS = StaffAccess(_NOTHING, _NOTHING, _NOTHING, "", _NOTHING, _NOTHING, _NOTHING, _NOTHING, {})
"""Gives routes their permissions, where nobody comes in."""
