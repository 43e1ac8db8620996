"""What roles of the directorate, and scopes of its programs, come to."""

from datetime import UTC, datetime

import pytest

from services.reporting.domain.permissions import DEEDS, PERMITTED, READ, ROLES, SCOPE, Action, Role, in_scope
from shared.accounts.domain.history import ACCOUNT_DEEDS
from shared.accounts.domain.permissions import Grant

NOW = datetime(2024, 3, 1, tzinfo=UTC)
READING = {Action.SEE_FIGURES, Action.EXPORT_FIGURES}


def test_every_action_has_its_row_and_who_manages_may_all() -> None:
    assert set(PERMITTED) == set(Action)
    assert list(ROLES.words) == list(Role)
    assert all(Role.MENGELOLA in roles for roles in PERMITTED.values())


def test_who_sees_sees_and_exports_and_no_more() -> None:
    grants = [Grant("melihat")]
    may = {action for action in Action if ROLES.permit(grants, action, None, NOW)}
    assert may == {Action.ENTER} | READING
    assert ROLES.of(Action.MANAGE_ACCOUNTS) == ["mengelola"]


def test_a_role_is_typed_as_one_of_two_and_for_no_activity() -> None:
    assert ROLES.granted("mengelola", None) == Grant("mengelola")
    with pytest.raises(ValueError, match="the role must be one of melihat, mengelola"):
        ROLES.granted("admin", None)
    with pytest.raises(ValueError, match="no role here is for one activity"):
        ROLES.granted("melihat", "rakor")


def test_a_program_reads_figures_and_nothing_else() -> None:
    assert READ == "figures:read"
    assert {action for action in Action if in_scope([READ], action)} == READING
    assert not any(in_scope(["commands:submit"], action) for action in Action)
    assert SCOPE.fullmatch(READ)
    assert not any(SCOPE.fullmatch(other) for other in ("", "figures:", "figures:readx", "figures:write"))


def test_the_history_tells_of_reading_beside_what_all_accounts_have() -> None:
    assert set(DEEDS) == set(ACCOUNT_DEEDS) | {"read_figures", "export_figures"}
