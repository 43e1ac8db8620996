"""I6: every aggregate is a recount of the facts."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from pydantic_core import from_json

from proof.checks.verdict import Look, Verdict
from proof.witnesses import QUESTIONS, Document, Office, Run
from shared.contracts.facts import MEASURES

PLACEMENT: Final = ("month", "kind", "province", "regency")
ROW: Final = ("office", "month", "kind", "category")
WHO: Final = ("category", "home_regency", "cohort")
Sums = dict[str, int]
Key = tuple[Any, ...]
COUNTED: Final = {"submitted": "waitlisted", "offered": "waitlisted", "rejected": "cancelled"}
"""Of statuses that are no measure."""


def zeros() -> Sums:
    return dict.fromkeys(MEASURES, 0)


def i6(run: Run) -> Verdict:
    """Facts added up anew, against: the office's control totals at their very numbers, its register, the
    national cells, roll-ups, activities and cursors document by document, and the answers of the API."""
    look = Look("I6")
    cells: dict[Key, Sums] = defaultdict(zeros)
    told: dict[Key, Document] = {}
    for office in run.offices.values():
        totals = _counted(office, cells, told, look)
        _register(office, cells, look)
        _cursors(run, office, totals, look)
    rows = [_row(key, sums, told.get(key[:2], {})) for key, sums in cells.items() if any(sums.values())]
    _stored(run, rows, told, look)
    _answers(run, rows, look)
    _published(run, rows, look)
    return look.verdict


def _counted(
    office: Office, cells: dict[Key, Sums], told: dict[Key, Document], look: Look
) -> dict[int, tuple[int, Sums]]:
    """Adds up an office; answers the last number and the sums of each partition."""
    totals: dict[int, tuple[int, Sums]] = {}
    for fact in office.ledger:
        _, sums = totals.get(fact.partition, (0, zeros()))
        for change in fact.data.get("changes", ()):
            cell = change["cell"]
            key = (office.code, cell["activity"], *(cell.get(name) for name in WHO))
            for measure, value in change["add"].items():
                sums[measure] += value
                cells[key][measure] += value
        totals[fact.partition] = fact.number, sums
        if fact.type in ("activity.published", "activity.changed"):
            told[office.code, fact.data["activity"]] = fact.data
        elif fact.type == "office.totals":
            look.at(
                zeros() | fact.data["totals"] == sums,
                "control totals differ from the sum of changes",
                fact=fact.id,
                at=fact.at,
                expected=sums,
                seen=fact.data["totals"],
            )
    return totals


def _register(office: Office, cells: dict[Key, Sums], look: Look) -> None:
    """The register's own documents, counted cell by cell."""
    counted: dict[Key, Sums] = defaultdict(zeros)
    over: set[str] = set()
    for activity in office.registration.get("activities", []):
        whole = counted[office.code, activity["_id"], None, None, None]
        if activity["cancelled"]:
            over.add(activity["_id"])
        else:
            whole["activities"] += 1
            whole["seats"] += _seats(activity["described"]["quotas"])
    for row in office.registration.get("invitations", []):
        who = row["invited"]
        key = office.code, row["activity"], who.get("category"), who.get("regency"), who.get("cohort")
        counted[key]["invited"] += row["seats"]
    for row in office.registration.get("registrations", []):
        who = row["who"]
        key = office.code, row["activity"], who.get("category"), who.get("regency"), who.get("cohort")
        sums = counted[key]
        status: str = row["status"]
        sums["cancelled" if row["activity"] in over else COUNTED.get(status, status)] += 1
        sums["beyond"] += (
            bool(row.get("beyond")) and row["status"] == "confirmed" and row["activity"] not in over
        )
        sums["present"] += bool(row["attended"])
        sums["came_by_invitation"] += bool(row["attended"] and row.get("invitation"))
        sums["session_attendances"] += len(row["attended"])
        sums["jp_attended"] += sum(row["attended"].values())
    ours = {key for key in cells if key[0] == office.code}
    for key in ours | counted.keys():
        expected, seen = cells.get(key, zeros()), counted.get(key, zeros())
        look.at(
            expected == seen, "the register differs from its facts", cell=key, expected=expected, seen=seen
        )


def _seats(quotas: list[Document]) -> int:
    """The largest quota for everyone, else the sum of all."""
    lists = ("categories", "regencies", "cohorts")
    everyone = [quota["seats"] for quota in quotas if not any(quota.get(name) for name in lists)]
    return int(max(everyone) if everyone else sum(quota["seats"] for quota in quotas))


def _cursors(run: Run, office: Office, totals: dict[int, tuple[int, Sums]], look: Look) -> None:
    rows = {row["_id"]: row for row in run.national.get("cursors", [])}
    for partition, (number, sums) in totals.items():
        row = rows.get(f"{office.code}|{partition}", {})
        control = row.get("control") or {"equal": True}
        look.at(
            (row.get("number"), row.get("sums"), row.get("gap"), row.get("stopped"), control["equal"])
            == (number, sums, None, None, True),
            "the nation has not counted a partition to its end, or otherwise",
            office=office.code,
            partition=partition,
            expected={"number": number, "sums": sums},
            seen=row,
        )


def _row(key: Key, sums: Sums, told: Document) -> Document:
    """A cell as the nation keeps it: who, where the activity stands, and the measures."""
    office, activity, *who = key
    placed = {name: told.get(name) for name in PLACEMENT}
    return {"office": office, "activity": activity, **dict(zip(WHO, who, strict=True)), **placed, **sums}


def _stored(run: Run, rows: list[Document], told: dict[Key, Document], look: Look) -> None:
    cells = {
        "|".join("" if row[name] is None else str(row[name]) for name in ("office", "activity", *WHO)): row
        for row in rows
    }
    rolled = {"|".join(row[name] or "" for name in ROW): row for row in _grouped(rows, ROW)}
    activities = {
        f"{office}|{activity}": {"office": office, "activity": activity, "title": data["title"]}
        | {name: data.get(name) for name in PLACEMENT}
        for (office, activity), data in told.items()
    }
    for collection, expected in (("cells", cells), ("roll_ups", rolled), ("activities", activities)):
        ours = [row for row in run.national.get(collection, []) if row["office"] in run.offices]
        seen = {row["_id"]: {name: value for name, value in row.items() if name != "_id"} for row in ours}
        _same(expected, seen, look, "the nation holds something else than the facts add up to", collection)


def _same(expected: Mapping[Any, Any], seen: Mapping[Any, Any], look: Look, wrong: str, where: str) -> None:
    """Row by row, whichever side has it. `where`: the collection or the question that they are of."""
    for row in expected.keys() | seen.keys():
        there, here = expected.get(row), seen.get(row)
        look.at(there == here, wrong, where=where, row=row, expected=there, seen=here)


def _grouped(rows: list[Document], by: tuple[str, ...]) -> list[Document]:
    found: dict[Key, Sums] = defaultdict(zeros)
    for row in rows:
        sums = found[tuple(row[name] for name in by)]
        for measure in MEASURES:
            sums[measure] += row[measure]
    return [dict(zip(by, key, strict=True)) | sums for key, sums in found.items() if any(sums.values())]


def _as_told(row: Document) -> Document:
    """Activities and seats are not split by what participants are: there they are no figure."""
    split = any(row.get(name) is not None for name in ("category", "cohort", "home_regency"))
    unsplit = {name: None for name in ("activities", "seats") if split and not row[name]}
    return row | unsplit


def _answers(run: Run, rows: list[Document], look: Look) -> None:
    for question in QUESTIONS:
        if question not in run.figures:
            continue
        by = tuple(question.split(","))
        answered = [row for row in run.figures[question]["rows"] if row["office"] in run.offices]
        seen = {tuple(row[name] for name in by): row for row in answered if any(row[m] for m in MEASURES)}
        expected = {tuple(row[name] for name in by): _as_told(row) for row in _grouped(rows, by)}
        _same(expected, seen, look, "the figures differ from a recount", question)


def _published(run: Run, rows: list[Document], look: Look) -> None:
    """The national topic as whoever compacts it has it: the last record of each key."""
    last = {(one.key or b"").decode(): one.value for one in run.reports}
    seen: dict[str, Document] = {key: from_json(value) for key, value in last.items() if value is not None}
    for row in seen.values():
        row.pop("rev", None)
    ours = {key: row for key, row in seen.items() if row["office"] in run.offices}
    expected = {"|".join(row[name] or "" for name in ROW): row for row in _grouped(rows, ROW)}
    _same(expected, ours, look, "the national topic differs from a recount", "reports")
