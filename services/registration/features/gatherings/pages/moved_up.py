"""Who moved up by a command, told to the staff who asked it."""

from collections.abc import Iterable

from shared.contracts.facts import OfferMade, RegistrationPromoted
from shared.mongo.driver import Document
from shared.words import number


def moved_up(facts: Iterable[Document]) -> str:
    """By its facts; empty where nobody did."""
    types = [one["type"] for one in facts]
    seated, offered = types.count(RegistrationPromoted.type), types.count(OfferMade.type)
    told = [f"{number(seated)} orang naik dari daftar tunggu dan menerima email"] if seated else []
    told += [f"{number(offered)} orang di daftar tunggu ditawari tempat lewat email"] if offered else []
    return "; ".join(told)
