"""The features of registration as they are deployed."""

from services.registration.application.features import assembled
from services.registration.features import FEATURES

ALL = assembled(FEATURES)
