"""Sums as documents hold them: 64-bit integers, so that the same facts give the same bytes."""

from collections.abc import Mapping

from bson import Int64

from services.reporting.domain.measures import MEASURES
from services.reporting.domain.sums import unknown_measures


def encode_sums(sums: Mapping[str, int]) -> dict[str, Int64]:
    """As documents hold them: every known measure, and others that are not zero."""
    return {measure: Int64(n) for measure, n in sums.items() if n or measure in MEASURES}


def comparable_sums(sums: Mapping[str, int]) -> dict[str, int]:
    """The same for all versions that stored the same sums, whichever measures each of them knew."""
    known = {measure: sums.get(measure, Int64(0)) for measure in MEASURES}
    return known | {measure: sums[measure] for measure in unknown_measures(sums)}
