"""Which roles claims give: what the settings name, and nothing that only looks like it."""

import json
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from services.registration.kernel.actions import Role
from shared.accounts.domain.claims import claimed_roles
from shared.accounts.settings import JsonRoles

RULES = {
    "realm_access.roles": {"simpul-panitia": Role.PANITIA, "simpul-pintu": Role.PINTU},
    "https://balai.example/unit": {"/balai/pimpinan": Role.PIMPINAN},
}


@pytest.mark.parametrize(
    ("claims", "roles"),
    [
        ({}, ()),
        ({"realm_access": {"roles": ["simpul-panitia", "lain"]}}, (Role.PANITIA,)),
        ({"realm_access": {"roles": ["simpul-pintu", "simpul-panitia"]}}, (Role.PANITIA, Role.PINTU)),
        ({"realm_access": {"roles": "simpul-pintu"}}, (Role.PINTU,)),
        ({"realm_access.roles": ["simpul-pintu"]}, (Role.PINTU,)),
        ({"https://balai.example/unit": "/balai/pimpinan"}, (Role.PIMPINAN,)),
        ({"realm_access": {"roles": "simpul-panitia simpul-pintu"}}, ()),
        ({"realm_access": {"roles": {"simpul-panitia": True}}}, ()),
        ({"realm_access": {"roles": [["simpul-panitia"], None, 1, {}]}}, ()),
        ({"realm_access": "roles"}, ()),
        ({"realm_access": {"roles": ["SIMPUL-PANITIA", "admin", "panitia"]}}, ()),
        ({"roles": ["simpul-panitia"], "groups": ["admin"]}, ()),
    ],
)
def test_a_claim_gives_what_the_settings_say(claims: dict[str, Any], roles: tuple[Role, ...]) -> None:
    assert claimed_roles(claims, RULES) == roles


def test_the_setting_is_json_of_known_roles() -> None:
    read = TypeAdapter(JsonRoles[Role]).validate_python
    assert read("") == {}
    assert read(json.dumps({"groups": {"a:b,c": "admin"}})) == {"groups": {"a:b,c": Role.ADMIN}}
    for wrong in ('{"groups": {"a": "raja"}}', '{"groups": "admin"}', "groups=a:admin"):
        with pytest.raises(ValidationError):
            read(wrong)
