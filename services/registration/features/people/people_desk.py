"""What routes and pages of people work with."""

from functools import partial

from services.registration.features.people.people import PEOPLE
from services.registration.features.people.persons import Persons
from services.registration.features.people.twins import Twins
from services.registration.kernel.context import OfficeContext
from services.registration.web.api import Parts


def parts(context: OfficeContext) -> Twins:
    of = context.of
    return Twins(of.store, Persons(of.store, of.digests, partial(context.features.titles, of)))


def twins_of(of: Parts) -> Twins:
    found: Twins = of.parts[PEOPLE]
    return found
