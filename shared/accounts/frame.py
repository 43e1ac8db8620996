"""What a service says of itself to the pages of its accounts: its roles, its words, where they lie."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import Request

from shared.accounts.domain.account import Account
from shared.accounts.domain.permissions import Roles

InScope = Callable[[Sequence[str], str, str | None, Request], bool]


@dataclass(frozen=True, slots=True)
class Frame:
    """`prefix`: of the paths; `home`: the page to which one comes who signed in, which links call
    `home_name` and buttons `enter`. `house`, `admin`: what the pages call the service's house, and who
    manages its accounts; `where`: for what of it a role may be; `recorded`: what the history tells and how
    long it is kept, `counted`: of what it tells a number. `cookie`: its name. `token`: whoever has the
    service's one token, of whom no more is known. `in_scope`: whether the scopes of a program's token let it
    do an action to what is of an activity; `scope`: what a scope looks like; `reserved`: names that no token
    has; `all_day`: roles with which one stays signed in until the day ends, who has no other."""

    prefix: str
    home: str
    home_name: str
    enter: str
    house: str
    admin: str
    where: str
    recorded: str
    counted: str
    cookie: str
    roles: Roles
    token: Account
    in_scope: InScope
    scope: re.Pattern[str]
    reserved: frozenset[str] = frozenset()
    all_day: frozenset[str] = frozenset()
