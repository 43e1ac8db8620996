"""The checker is tried itself: a good run holds, and each spoiled copy turns exactly one invariant red."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from proof.check import check, main
from shared.contracts.types import rfc3339
from tests.unit.proof.made import (
    AFTER,
    POISON,
    REFUSED,
    REPORTS,
    STORY,
    Made,
    about,
    at,
    first,
    present,
    published,
)


def red(made: Made, folder: Path) -> set[str]:
    return {verdict.name for verdict in check(made.write(folder)) if not verdict.held}


def unanswered(made: Made) -> None:
    made.files[made.table("outcomes")] = []


def pending_for_long(made: Made) -> None:
    made.note(
        200,
        event="invoke",
        attempt=99,
        office="uji",
        via="http",
        key="k",
        source="urn:uji",
        id=f"c{REFUSED}",
        type="some.command",
    )
    made.note(200, event="ok", attempt=99, outcome={"state": "pending"})


def published_late(made: Made) -> None:
    """Decided or not, nobody could know of it for two minutes."""
    for record in made.files["topics/simpul.uji.facts.v1.jsonl"][1:]:
        record["timestamp"] += 120_000
    made.files["history.jsonl"] = [
        row | {"outcome": None} if row.get("attempt") == 2 and row["event"] == "ok" else row
        for row in made.files["history.jsonl"]
    ]


def mailed_twice(made: Made) -> None:
    made.files["mailbox.jsonl"].append(made.files["mailbox.jsonl"][0])


def never_mailed(made: Made) -> None:
    del made.files["mailbox.jsonl"][-1]


def owed_and_forgotten(made: Made) -> None:
    made.files[made.table("deliveries", "notification")].pop()
    made.files["mailbox.jsonl"].pop()


def expired_early(made: Made) -> None:
    made.files["mailbox.jsonl"].pop()
    row = made.files[made.table("deliveries", "notification")][-1]
    row |= {"state": "expired", "reason": "shelf_life", "closed": {"$date": "2024-01-11T01:00:20.000Z"}}


def counted_twice(made: Made) -> None:
    made.files["mongo/simpul_national/cells.jsonl"][-1]["confirmed"] += 1


def answered_otherwise(made: Made) -> None:
    made.files["figures.json"][0]["office"]["rows"][0]["confirmed"] += 1


def published_too_late(made: Made) -> None:
    """An older row after the newer."""
    records = made.files[REPORTS]
    records.append(records[-2] | {"offset": 99})


def wrong_totals(made: Made) -> None:
    made.rows[6]["data"]["totals"]["present"] = 2
    made.files["topics/simpul.uji.facts.v1.jsonl"][6]["value"] = made.files[
        "topics/simpul.uji.facts.v1.jsonl"
    ][6]["value"].replace('"present":1', '"present":2')


def leaked(made: Made) -> None:
    made.files["texts/registration.log"] = [{"message": "kenari7@sekolah.example was refused"}]


def one_person_with_two_references(made: Made) -> None:
    for row in made.rows[1:3]:
        row["registrant"]["contact"] = "the same"


def poison_gone(made: Made) -> None:
    made.files[made.table("parked")] = []


def parked_for_nothing(made: Made) -> None:
    row = made.files[made.table("parked")][0]
    made.files[made.table("parked")].append(
        row | {"_id": 3, "offset": 3, "key": {"$binary": {"base64": "aw=="}}}
    )


def unpublished(made: Made) -> None:
    made.files["topics/simpul.uji.facts.v1.jsonl"].pop()


def published_otherwise(made: Made) -> None:
    record = made.files["topics/simpul.uji.facts.v1.jsonl"][-1]
    made.files["topics/simpul.uji.facts.v1.jsonl"].append(
        record | {"offset": 99, "value": record["value"] + " "}
    )


def slow(made: Made) -> None:
    next(row for row in made.files["history.jsonl"] if row["event"] == "recovered")["seconds"] = 31.0


def not_recovered(made: Made) -> None:
    made.note(AFTER, event="fault", row="cut")
    made.note(AFTER, event="heal", row="cut")


def mailed_to_another(made: Made) -> None:
    made.files["mailbox.jsonl"][0]["to"] = ["asing@uji.example"]


def led_to_another(made: Made) -> None:
    """As a number would that proves whoever names it."""
    record = made.files["topics/simpul.uji.intake.v1.jsonl"][2]
    stranger = {"name": "Orang Asing", "email": "r2@uji.example", "nuptk": f"{'r2':0>16}"}
    record["value"] = json.dumps({"participant": stranger})


def another_was_told(made: Made) -> None:
    told = next(row for row in made.files["history.jsonl"] if row["event"] == "public")
    told["registration"] = "r3"


def something_was_shown(made: Made) -> None:
    next(row for row in made.files["history.jsonl"] if row["event"] == "public")["shown"] = ["email"]


def told_and_nowhere(made: Made) -> None:
    next(row for row in made.files["history.jsonl"] if row["event"] == "public")["activity"] = "fgd"


def probed(made: Made, **changed: object) -> None:
    next(row for row in made.files["history.jsonl"] if row["event"] == "probe").update(changed)


def a_page_failed(made: Made) -> None:
    probed(made, what="front page", status=500)


def nothing_answered(made: Made) -> None:
    probed(made, status=0, error="ConnectError")


def stood_still_in_silence(made: Made) -> None:
    probed(made, at=at(AFTER).timestamp(), status=503)


def refused_in_silence(made: Made) -> None:
    next(row for row in made.files["history.jsonl"] if row["event"] == "odd")["told"] = False


SPOILED: list[tuple[str, Callable[[Made], None]]] = [
    ("I1", unanswered),
    ("I4", pending_for_long),
    ("I4", published_late),
    ("I5", mailed_twice),
    ("I5", never_mailed),
    ("I5", owed_and_forgotten),
    ("I5", expired_early),
    ("I6", counted_twice),
    ("I6", answered_otherwise),
    ("I6", wrong_totals),
    ("I6", published_too_late),
    ("I7", leaked),
    ("I8", one_person_with_two_references),
    ("I9", poison_gone),
    ("I9", parked_for_nothing),
    ("I10", unpublished),
    ("I10", published_otherwise),
    ("I11", slow),
    ("I11", not_recovered),
    ("I12", mailed_to_another),
    ("I12", led_to_another),
    ("I12", another_was_told),
    ("I12", something_was_shown),
    ("I12", told_and_nowhere),
    ("I13", a_page_failed),
    ("I13", nothing_answered),
    ("I13", stood_still_in_silence),
    ("I13", refused_in_silence),
]

MARKED = {"present": 1, "session_attendances": 1, "jp_attended": 4}
LIVED = [
    ("I2", [*STORY[:2], first("registration.confirmed", "rakor", "r2")]),
    ("I3", STORY[:4]),
    (
        "I3",  # r3 came after r2
        [
            *STORY[:3],
            first("registration.waitlisted", "rakor", "r3", place=2),
            STORY[3],
            about("registration.promoted", "rakor", "r3", waitlisted=-1, confirmed=1),
        ],
    ),
    ("I3", [*STORY[:2], first("registration.waitlisted", "rakor", "r2", place=7)]),
    ("I3", [published("rakor", ends=4), *STORY[1:]]),  # the promotion is of a second later
    ("I8", [*STORY, present("rakor", "r1")]),
    ("I8", [*STORY, present("fgd", "r3")]),
]


def test_a_good_run_holds(tmp_path: Path) -> None:
    verdicts = check(Made().write(tmp_path))
    assert [str(verdict) for verdict in verdicts if not verdict.held] == []
    assert all(verdict.looked for verdict in verdicts)


def test_a_seat_that_is_free_once_the_activity_is_over_is_nobodys(tmp_path: Path) -> None:
    over = Made([published("rakor", ends=4), *STORY[1:4]])
    assert red(over, tmp_path / "over") == set()
    just_before = Made([published("rakor", ends=4.001), *STORY[1:4]])
    assert red(just_before, tmp_path / "before") == {"I3"}


def test_attendance_of_who_cancelled_may_be_taken_back(tmp_path: Path) -> None:
    gone = [*STORY[:2], present("rakor", "r1", **MARKED), STORY[3]]
    back = present("rakor", "r1", there=False, **{name: -value for name, value in MARKED.items()})
    assert red(Made([*gone, back]), tmp_path) == set()


@pytest.mark.parametrize(("name", "spoil"), SPOILED, ids=[spoil.__name__ for _, spoil in SPOILED])
def test_what_is_spoiled_turns_one_invariant_red(
    name: str, spoil: Callable[[Made], None], tmp_path: Path
) -> None:
    made = Made()
    spoil(made)
    assert red(made, tmp_path) == {name}


@pytest.mark.parametrize("number", range(len(LIVED)))
def test_a_story_that_must_not_happen_turns_one_invariant_red(number: int, tmp_path: Path) -> None:
    name, story = LIVED[number]
    assert red(Made(story), tmp_path) == {name}


OFFERED = [*STORY[:4], about("offer.made", "rakor", "r2", {"until": rfc3339(at(100))})]
INVITED = {"activity": "rakor", "invitation": "i1", "quotas": ["semua"], "changes": []}
HELD = [STORY[0], ("invitation.sent", INVITED | {"seats": 1, "until": rfc3339(at(100))})]
MOVED = {"waitlisted": -1, "confirmed": 1}


@pytest.mark.parametrize(
    ("story", "found"),
    [
        (OFFERED, set()),
        ([*OFFERED, about("registration.promoted", "rakor", "r2", {"offered": True}, **MOVED)], set()),
        ([*OFFERED, about("registration.promoted", "rakor", "r2", **MOVED)], {"I2", "I3"}),
        ([*OFFERED, about("offer.ended", "rakor", "r2", {"declined": False})], {"I3"}),
        ([*OFFERED, about("offer.ended", "rakor", "r2", {"declined": True})], set()),
        ([*HELD, first("registration.confirmed", "rakor", "r1", invitation="i1")], set()),
        ([*HELD, first("registration.confirmed", "rakor", "r1")], {"I2"}),
        ([*HELD, ("invitation.ended", INVITED | {"freed": 1})], {"I3"}),
    ],
)
def test_seats_that_are_offered_or_held_are_taken(
    story: list[tuple[str, dict[str, object]]], found: set[str], tmp_path: Path
) -> None:
    assert red(Made(story), tmp_path) & {"I2", "I3"} == found


@pytest.mark.parametrize(("received", "found"), [(AFTER + 2, set()), (AFTER - 2, {"I5"})])
def test_a_mail_may_be_taken_while_the_witnesses_are_heard(
    received: float, found: set[str], tmp_path: Path
) -> None:
    made = Made()
    row = made.files[made.table("deliveries", "notification")][-1]
    row |= {"state": "pending", "next": {"$date": rfc3339(at(AFTER + 1))}}
    made.files["mailbox.jsonl"][-1]["received"] = at(received).timestamp()
    assert red(made, tmp_path) == found


def test_two_answers_to_one_command_are_seen_by_both_that_look(tmp_path: Path) -> None:
    made = Made()
    asked = next(row for row in made.files["history.jsonl"] if row["event"] == "invoke")
    made.files["history.jsonl"] += [
        asked | {"attempt": 98},
        {
            "at": asked["at"],
            "event": "ok",
            "attempt": 98,
            "outcome": {"result": "refused", "reason": "invalid"},
        },
    ]
    assert red(made, tmp_path) == {"I1", "I4"}


@pytest.mark.parametrize(("archived", "found"), [(REFUSED + 29, set()), (REFUSED + 40, {"I1", "I9"})])
def test_of_answers_after_an_archive_nothing_is_asked_once_it_came_back(
    archived: float, found: set[str], tmp_path: Path
) -> None:
    """What was on its way half a minute before it counts as after it."""
    made = Made()
    unanswered(made)
    poison_gone(made)
    for how, more in (("archived", {}), ("restored", {"office": "uji", "intake": [[0, REFUSED, "k"]]})):
        made.note(archived, event="fault", row="restored", target="simpul_uji_registration", how=how, **more)
    made.note(archived, event="heal", row="restored")
    made.note(archived, event="recovered", row="restored", seconds=1.0)
    assert red(made, tmp_path) == found


def test_a_counterexample_is_shown_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = Made()
    poison_gone(made)
    assert main(made.write(tmp_path)) == 1
    said = capsys.readouterr().out
    assert "gone without a trace" in said
    assert f'"offset": {POISON}' in said
    assert "I2 held in" in said


def test_what_is_no_run_is_a_matter_of_usage(tmp_path: Path) -> None:
    assert main(tmp_path) == 2
    assert main() == 2
    assert main(Made().write(tmp_path)) == 0
