"""What routes and pages of people work with."""

from services.registration.features.people.people import PEOPLE
from services.registration.features.people.twins import Twins
from services.registration.web.api import Parts


def twins_of(of: Parts) -> Twins:
    found: Twins = of.parts[PEOPLE]
    return found
