"""What routes and pages of people work with."""

from services.registration.adapters.twins import Twins
from services.registration.application.people import PEOPLE
from services.registration.entrypoints.http import Parts


def twins_of(of: Parts) -> Twins:
    found: Twins = of.parts[PEOPLE]
    return found
