"""What the proof's clients will do: drawn from a seed, with made-up people alone."""

import random
from itertools import islice

from proof.people import CANARY, make_up
from proof.plan import Plan, Step
from shared import identity
from shared.contracts.commands import PublishActivity, SubmitRegistration


def drawn(seed: int, number: int = 0) -> list[Step]:
    plan = Plan(seed, number, 10)
    plan.opening()
    return list(islice(plan.steps(), 400))


def named(steps: list[Step]) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Without the times of sessions, which follow the clock."""
    return [(step.doing, step.wish.type, step.wish.id, step.wish.about) for step in steps]


def test_a_seed_repeats_every_step_and_another_one_or_another_office_draws_others() -> None:
    assert named(drawn(1)) == named(drawn(1))
    ids = [{step.wish.id for step in steps} for steps in (drawn(1), drawn(2), drawn(1, 1))]
    assert not ids[0] & ids[1]
    assert not ids[0] & ids[2]


def test_every_kind_of_command_and_of_client_is_drawn() -> None:
    steps = [step for seed in range(3) for step in drawn(seed)]
    assert {step.doing for step in steps} == {"ask", "twice", "again", "late"}
    assert {step.wish.type for step in steps} == {
        "activity.publish",
        "activity.change",
        "activity.cancel",
        "registration.submit",
        "registration.cancel",
        "registration.change",
        "registration.seat",
        "registration.substitute",
        "registration.approve",
        "registration.reject",
        "offer.accept",
        "offer.decline",
        "attendance.record",
    }
    assert any(step.wish.rows for step in steps)


def test_what_is_sent_fits_the_contract_and_all_of_a_person_is_a_canary() -> None:
    plan, rng = Plan(1, 0, 10), random.Random(1)
    for wish in plan.opening():
        PublishActivity.model_validate(wish.body)
    people = [make_up(rng, number) for number in [*range(2_000), 999_999, 3_599_999]]
    for person in people:
        sent = SubmitRegistration.model_validate(person.body() | {"activity": "keg"}).participant
        for text in (sent.name, sent.email, sent.phone, sent.nip, sent.nuptk):
            assert text is None or CANARY.search(text)
        if sent.nip:
            identity.nip(sent.nip)
    for field in ("nip", "nuptk", "phone"):
        numbers = [person.numbers[field] for person in people if field in person.numbers]
        assert len(set(numbers)) == len(numbers)
