"""Roles that a provider's claims give, as a service's settings say."""

from collections.abc import Mapping
from typing import Any

RoleClaims = Mapping[str, Mapping[str, str]]
"""By a claim of a provider's, its name or its path with dots, which role each of its values gives."""


def claimed_roles(claims: Mapping[str, Any], rules: RoleClaims) -> tuple[str, ...]:
    """Each once, in the order in which the rules name them."""
    found = (
        role
        for claim, roles in rules.items()
        for value, role in roles.items()
        if value in _values(claims, claim)
    )
    return tuple(dict.fromkeys(found))


def _values(claims: Mapping[str, Any], name: str) -> list[str]:
    """Of a claim, or of one within others (`realm_access.roles`): texts alone, which nobody takes apart."""
    found: Any = claims
    if name in claims:
        found = claims[name]
    else:
        for step in name.split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
    several = found if isinstance(found, list) else [found]
    return [one for one in several if isinstance(one, str)]
