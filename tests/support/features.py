"""The features of registration and notification as they are deployed."""

from types import SimpleNamespace
from typing import Any

from services.notification.features import FEATURES as MAIL_FEATURES
from services.notification.kernel.mail_features import assemble as assemble_mails
from services.registration.features import FEATURES
from services.registration.features.accounts.accounts_desk import NAME
from services.registration.features.accounts.frame import FRAME
from services.registration.kernel.features import assemble
from shared.accounts.accounts_desk import no_activity
from shared.accounts.staff_access import StaffAccess

ALL = assemble(FEATURES)
MAILS = assemble_mails(MAIL_FEATURES)

_NOTHING: Any = None
ACCESS = StaffAccess(FRAME, _NOTHING, _NOTHING, "", _NOTHING, _NOTHING, _NOTHING, _NOTHING, no_activity)
"""Gives routes their permissions, where nobody comes in."""
FRONT: Any = SimpleNamespace(
    parts={NAME: SimpleNamespace(frame=FRAME)},
    office=SimpleNamespace(code="uji", name="Balai Uji", zone="WITA"),
    templates=None,
    done_sentences=None,
)
"""Where pages are made and none is asked for."""
