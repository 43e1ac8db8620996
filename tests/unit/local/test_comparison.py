from rich.console import Console

from local.comparison import as_table, compare, differing, figure, mails, mails_twice
from local.expectation import expectation
from local.gatherings import fgd_sumbar, rakor_bali

EXPECTED = expectation(rakor_bali()) | expectation(fgd_sumbar())
FACTS = {name: n for name, n in EXPECTED.items() if "twice" not in name and "control" not in name}
MAILBOX = {name: n for name, n in EXPECTED.items() if " mails " in name}
NATIONAL = {name: n for name, n in EXPECTED.items() if " mails " not in name}
CONFIRMED = figure("bali", "rakor-bali-2024", "confirmed")


def differences(facts: dict[str, int], mailbox: dict[str, int], national: dict[str, int]) -> list[str]:
    return [row.name for row in differing(compare(EXPECTED, facts, mailbox, national))]


def test_four_equal_readings_agree_in_every_row() -> None:
    assert differences(FACTS, MAILBOX, NATIONAL) == []
    assert len(compare(EXPECTED, FACTS, MAILBOX, NATIONAL)) == 30


def test_one_fact_less_is_named() -> None:
    assert differences(FACTS | {CONFIRMED: FACTS[CONFIRMED] - 1}, MAILBOX, NATIONAL) == [CONFIRMED]


def test_one_mail_less_and_one_mail_twice_are_named() -> None:
    name = mails("sumbar", "promoted")
    assert differences(FACTS, MAILBOX | {name: MAILBOX[name] - 1}, NATIONAL) == [name]
    assert differences(FACTS, MAILBOX | {mails_twice("bali"): 1}, NATIONAL) == [mails_twice("bali")]


def test_a_national_figure_that_is_off_or_missing_is_named() -> None:
    assert differences(FACTS, MAILBOX, NATIONAL | {CONFIRMED: 1}) == [CONFIRMED]
    without = {name: n for name, n in NATIONAL.items() if name != CONFIRMED}
    assert differences(FACTS, MAILBOX, without) == [CONFIRMED]


def test_what_one_reading_knows_alone_is_a_difference() -> None:
    ghost = figure("bali", "another", "confirmed")
    assert differences(FACTS | {ghost: 1}, MAILBOX, NATIONAL) == [ghost]
    assert differences(FACTS, MAILBOX | {"? mails ?": 1}, NATIONAL) == ["? mails ?"]


def test_the_expectation_follows_from_quotas_arrivals_and_cancellations() -> None:
    bali = {name.split()[-1]: n for name, n in EXPECTED.items() if name.startswith("bali/")}
    # 430 come, 400 find a seat; of 29 who cancel 27 had one, for 25 of those somebody waits in the same line.
    assert (bali["seats"], bali["confirmed"], bali["waitlisted"], bali["cancelled"]) == (400, 398, 3, 29)
    assert EXPECTED[mails("bali", "promoted")] == 25
    sumbar = {name.split()[-1]: n for name, n in EXPECTED.items() if name.startswith("sumbar/")}
    # 52 facilitators and 94 principals for 90 seats; a facilitator and 3 principals cancel.
    assert (sumbar["seats"], sumbar["confirmed"], sumbar["waitlisted"], sumbar["cancelled"]) == (
        142,
        141,
        1,
        4,
    )


def test_every_row_is_one_line_of_a_narrow_terminal() -> None:
    console = Console(width=80)
    with console.capture() as printed:
        console.print(as_table(compare(EXPECTED, {}, MAILBOX, NATIONAL)))
    lines = [line.rstrip() for line in printed.get().splitlines()]
    assert all(any(line.startswith(f"{name} ") for line in lines) for name in EXPECTED)
    assert sum(line.endswith("!=") for line in lines) > 20
    assert "…" not in printed.get()
