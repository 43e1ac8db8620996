"""What pages of paper work with."""

from typing import Final

from services.registration.features.paper.printed_lists import PrintedLists
from services.registration.kernel.context import OfficeContext
from services.registration.web.api import FeatureServices

NAME: Final = "paper"


def parts(context: OfficeContext) -> PrintedLists:
    return PrintedLists(context.of.store)


def printed_lists(of: FeatureServices) -> PrintedLists:
    found: PrintedLists = of.parts[NAME]
    return found
