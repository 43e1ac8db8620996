"""The table of contents of the mails: each feature states what is its own."""

from typing import Final

from services.notification.features.accounts import ACCOUNTS
from services.notification.features.gatherings import GATHERINGS
from services.notification.features.materials import MATERIALS
from services.notification.features.own_page import OWN_PAGE
from services.notification.features.parts import PARTS
from services.notification.kernel.mail_feature import MailFeature

FEATURES: Final[tuple[MailFeature, ...]] = (GATHERINGS, ACCOUNTS, OWN_PAGE, MATERIALS, PARTS)
