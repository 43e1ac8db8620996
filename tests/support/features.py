"""The features of registration as they are deployed."""

from services.registration.features import FEATURES
from services.registration.kernel.features import assembled

ALL = assembled(FEATURES)
