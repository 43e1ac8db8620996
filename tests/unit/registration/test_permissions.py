"""What roles come to: for the office or one activity, until a date."""

from datetime import UTC, datetime, timedelta

import pytest

from services.registration.features.accounts.domain.permissions import PERMITTED, ROLES
from services.registration.kernel.actions import Action, Role
from shared.accounts.domain.account import Account, management
from shared.accounts.domain.permissions import Grant
from shared.accounts.domain.session import Session, device

NOW = datetime(2024, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def test_every_action_has_its_row_and_the_admin_may_all() -> None:
    assert set(PERMITTED) == set(Action)
    assert list(ROLES.words) == list(Role)
    assert all(Role.ADMIN in roles for roles in PERMITTED.values())


@pytest.mark.parametrize("role", Role)
def test_everybody_may_enter_whatever_their_grant_is_for(role: Role) -> None:
    assert ROLES.permit([Grant(role, "rakor")], Action.ENTER, None, NOW)


def test_a_grant_for_one_activity_is_for_no_other_and_not_for_the_office() -> None:
    grants = [Grant(Role.PANITIA, "rakor")]
    found = [ROLES.permit(grants, Action.CHANGE_ACTIVITY, at, NOW) for at in ("rakor", "lain", None)]
    assert found == [True, False, False]
    assert ROLES.permit([Grant(Role.PANITIA)], Action.CHANGE_ACTIVITY, "lain", NOW)


def test_a_grant_ends_at_its_time() -> None:
    grants = [Grant(Role.ADMIN, until=NOW)]
    assert ROLES.permit(grants, Action.SEE_PEOPLE, None, NOW - DAY)
    assert not ROLES.permit(grants, Action.SEE_PEOPLE, None, NOW)


def test_whoever_signed_in_may_enter_and_leave_and_no_more() -> None:
    assert {action for action in Action if ROLES.permit([], action, None, NOW)} == {Action.ENTER}


def test_a_door_ticks_people_off_and_sees_no_more() -> None:
    grants = [Grant(Role.PINTU)]
    assert {action for action in Action if ROLES.permit(grants, action, "rakor", NOW)} == {
        Action.ENTER,
        Action.RECORD_ATTENDANCE,
    }


def test_roles_are_told_in_one_order() -> None:
    assert ROLES.of(Action.SEE_ROSTER) == [Role.ADMIN, Role.PANITIA, Role.PIMPINAN]


def test_a_role_is_typed_for_the_office_or_one_activity() -> None:
    assert ROLES.granted("pintu", "rakor") == Grant(Role.PINTU, "rakor")
    assert ROLES.granted("admin", None) == Grant(Role.ADMIN)
    with pytest.raises(ValueError, match="the role must be one of admin, panitia"):
        ROLES.granted("raja", None)


def one(name: str, *grants: Grant, active: bool = True) -> Account:
    return Account(name, f"{name}@balai.example", "", "active" if active else "disabled", grants)


def test_the_last_admin_is_who_alone_is_one_of_the_whole_office_now() -> None:
    admin = one("u:a", Grant(Role.ADMIN))
    others = [
        one("u:b", Grant(Role.ADMIN), active=False),
        one("u:c", Grant(Role.ADMIN, until=NOW)),
        one("u:d", Grant(Role.ADMIN, "rakor")),
        one("u:e", Grant(Role.PANITIA)),
    ]
    assert management([admin, *others], ROLES, NOW) == 2
    assert management(others, ROLES, NOW) == 0
    for_a_day = one("u:f", Grant(Role.ADMIN, until=NOW + DAY), Grant(Role.PANITIA))
    assert management([for_a_day, *others], ROLES, NOW) == 1


@pytest.mark.parametrize(
    ("created", "seen", "lives"),
    [
        (timedelta(minutes=29), timedelta(minutes=29), True),
        (timedelta(minutes=30), timedelta(minutes=30), False),
        (timedelta(hours=11, minutes=59), timedelta(0), True),
        (timedelta(hours=12), timedelta(0), False),
    ],
)
def test_a_session_lives_half_an_hour_unused_and_half_a_day_at_most(
    created: timedelta, seen: timedelta, lives: bool
) -> None:
    assert Session(b"", "u:a", "", NOW - created, NOW - seen, None).lives(NOW) is lives


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        (
            "Mozilla/5.0 (Linux; Android 14) Chrome/120.0 Mobile Safari/537.36",
            "Chrome di Android",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0", "Firefox di Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Version/17.0 Safari/604.1",
            "Safari di iPhone",
        ),
        ("curl/8", "Peramban lain"),
        ("", "Peramban lain"),
    ],
)
def test_a_device_is_told_in_a_few_words(agent: str, told: str) -> None:
    assert device(agent) == told
