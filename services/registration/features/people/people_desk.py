"""What routes and pages of people work with."""

from functools import partial

from services.registration.features.people.people import PEOPLE
from services.registration.features.people.persons import Persons
from services.registration.features.people.possible_duplicates import PossibleDuplicates
from services.registration.kernel.context import OfficeContext
from services.registration.web.api import FeatureServices


def parts(context: OfficeContext) -> PossibleDuplicates:
    of = context.of
    return PossibleDuplicates(of.store, Persons(of.store, of.digests, partial(context.features.titles, of)))


def possible_duplicates_of(of: FeatureServices) -> PossibleDuplicates:
    found: PossibleDuplicates = of.parts[PEOPLE]
    return found
