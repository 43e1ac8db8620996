"""A tiny run, written by hand: one office, one partition, everything as it must be unless it is spoiled."""

import json
from collections import defaultdict
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shared.contracts.types import rfc3339

Row = dict[str, Any]
BEGAN = datetime(2024, 1, 11, 1, tzinfo=UTC)
CODE, LEDGER, SOURCE = "uji", "0" * 32, "urn:uji"
TOPIC = f"simpul.{CODE}"
REPORTS = "topics/simpul.national.reports.v1.jsonl"
BALI = {"category": "guru", "home_regency": "51.03"}
QUOTAS = [{"id": "semua", "seats": 1}]
PLACED = {"month": "2024-01", "kind": "rakor", "province": "51", "regency": "51.03"}
MEASURES = ["activities", "seats", "confirmed", "beyond", "waitlisted", "cancelled", "present"]
MEASURES += ["session_attendances", "jp_attended", "invited", "came_by_invitation"]
MAILED = {f"registration.{name}": name for name in ("confirmed", "waitlisted", "promoted", "cancelled")}


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def change(activity: str, who: Row | None = None, **add: int) -> Row:
    return {"cell": {"activity": activity} | (who or {}), "add": add}


def published(activity: str, ends: float | None = None) -> tuple[str, Row]:
    """`ends`: in seconds, its one session; it has none unless given."""
    session = {"id": "s1", "starts": rfc3339(BEGAN), "jp": 4}
    sessions = [] if ends is None else [session | {"ends": rfc3339(at(ends))}]
    data = {"activity": activity, "title": "Rapat", **PLACED, "seats": 1, "quotas": QUOTAS}
    data |= {"sessions": sessions}
    return "activity.published", data | {"changes": [change(activity, activities=1, seats=1)]}


def about(kind: str, activity: str, who: str, more: Row | None = None, **add: int) -> tuple[str, Row]:
    changes = [change(activity, BALI, **add)] if add else []
    data = {"activity": activity, "registration": who, "changes": changes}
    quotas = {} if kind == "attendance.recorded" else {"quotas": ["semua"]}
    return kind, data | quotas | (more or {})


def person(data: Row) -> Row | None:
    """Whom a registration is of, None where a fact is of no new one."""
    name = data["registration"] if "round" in data else None
    return name and {"name": f"Peserta {name}", "email": f"{name}@uji.example", "nuptk": f"{name:0>16}"}


def first(kind: str, activity: str, who: str, **more: Any) -> tuple[str, Row]:
    status = kind.removeprefix("registration.")
    return about(kind, activity, who, {"round": 1} | more, **{status: 1})


def cancelled(activity: str, who: str) -> tuple[str, Row]:
    return about("registration.cancelled", activity, who, {"was": "confirmed"}, confirmed=-1, cancelled=1)


def present(activity: str, who: str, there: bool = True, **add: int) -> tuple[str, Row]:
    return about("attendance.recorded", activity, who, {"session": "s1", "present": there, "jp": 4}, **add)


TOTALS = {"activities": 1, "seats": 1, "confirmed": 1, "cancelled": 1, "present": 1}
TOTALS |= {"session_attendances": 1, "jp_attended": 4}
STORY = [
    published("rakor"),
    first("registration.confirmed", "rakor", "r1"),
    first("registration.waitlisted", "rakor", "r2", place=1),
    cancelled("rakor", "r1"),
    about("registration.promoted", "rakor", "r2", waitlisted=-1, confirmed=1),
    present("rakor", "r2", present=1, session_attendances=1, jp_attended=4),
    ("office.totals", {"totals": TOTALS, "changes": []}),
    published("fgd"),
    first("registration.confirmed", "fgd", "r3"),
    (
        "activity.cancelled",
        {
            "activity": "fgd",
            "changes": [
                change("fgd", activities=-1, seats=-1),
                change("fgd", BALI, confirmed=-1, cancelled=1),
            ],
        },
    ),
]
FOLLOWED = ("registration.promoted", "office.totals")  # from others; all else a command caused
REFUSED, POISON = 21, 22  # further records of intake
PROBED = 99.0  # seconds, long after every fault
AFTER = 23.0  # seconds, when all of that has come


class Made:
    """The files of a run by name, each its rows. `story`: facts in their order, number 1 the first."""

    def __init__(self, story: list[tuple[str, Row]] | None = None) -> None:
        self.files: dict[str, list[Row]] = defaultdict(list)
        self.rows: list[Row] = []
        self._attempts = 0
        for number, (kind, data) in enumerate(deepcopy(story or STORY), 1):
            self._decide(number, kind, data)
        count = len(self.rows)
        self._ask(REFUSED, {"result": "refused", "reason": "activity_unknown"})
        self._table("outcomes", {"_id": REFUSED, "source": "urn:uji", "id": f"c{REFUSED}"})
        self.files[self.table("outcomes")][0] |= {"result": "refused", "reason": "activity_unknown"}
        self._intake(POISON)
        poison = {"topic": f"{TOPIC}.intake.v1", "partition": 0, "offset": POISON, "reason": "unreadable"}
        self._table("parked", {"_id": POISON, "why": "not JSON", **poison})
        self._attempt(POISON, {"partition": 0, "offset": POISON}, expect="unreadable")
        self._table("cursors", {"_id": 0, "ledger": LEDGER, "number": count, "published": count})
        self._register()
        self._mails()
        self._nation()
        for event in ({"event": "fault"}, {"event": "heal"}, {"event": "recovered", "seconds": 2.0}):
            self.note(AFTER, row="kill", **event)
        self.note(AFTER, event="rest")
        self.note(PROBED, event="probe", what="readiness", who="uji-registration-a", status=200, reasons=[])
        self.note(PROBED, event="odd", office=CODE, door="sheet", odd="a bomb", status=422, told=True)

    @staticmethod
    def table(name: str, service: str = "registration") -> str:
        return f"mongo/simpul_{CODE}_{service}/{name}.jsonl"

    def note(self, when: float, /, **event: Any) -> None:
        self.files["history.jsonl"].append({"at": at(when).timestamp()} | event)

    def _table(self, name: str, row: Row, service: str = "registration") -> None:
        self.files[self.table(name, service)].append(row)

    def _attempt(self, number: int, answer: Row, **more: Any) -> None:
        self._attempts += 1
        asked = {"office": CODE, "via": "kafka", "key": "k", "source": "urn:uji", "id": f"c{number}"}
        self.note(number, event="invoke", attempt=self._attempts, type="some.command", **asked, **more)
        self.note(number + 0.1, event="ok", attempt=self._attempts, **answer)

    def _ask(self, number: int, outcome: Row, who: Row | None = None) -> None:
        self._intake(number, who)
        self._attempt(number, {"outcome": {"state": "decided"} | outcome})

    def _intake(self, number: int, who: Row | None = None) -> None:
        headers = [["ce_id", f"c{number}"], ["ce_source", SOURCE]]
        record = _record(number, number, json.dumps({"participant": who or {}}), headers)
        self.files[f"topics/{TOPIC}.intake.v1.jsonl"].append(record)

    def _decide(self, number: int, kind: str, data: Row) -> None:
        type_ = f"id.simpul.{kind}.v1"
        row: Row = {
            "_id": number,
            "type": type_,
            "key": "k",
            "at": {"$date": rfc3339(at(number))},
            "data": data,
        }
        if kind == "activity.published":
            row["described"] = {"quotas": QUOTAS}
        if "round" in data:
            row["registrant"] = {"ref": f"ref-{data['registration']}", "category": "guru", "regency": "51.03"}
        if kind not in FOLLOWED:
            row |= {"command": f"digest{number}", "source": SOURCE, "id": f"c{number}", "intake": number}
            told = {name: data[name] for name in ("registration", "place") if name in data}
            result = {"attendance.recorded": "recorded"}.get(kind, kind.rpartition(".")[2])
            self._ask(number, {"result": result, "fact": f"{CODE}-0-{number}"} | told, person(data))
        self.rows.append(row)
        self._table("facts", row)
        place = {"office": CODE, "ledger": LEDGER, "partition": 0, "number": number}
        value = place | {"at": rfc3339(at(number)), "subject": "k"} | data
        headers = [["ce_id", f"{CODE}-0-{number}"], ["ce_type", type_]]
        text = json.dumps(value, separators=(",", ":"))
        self.files[f"topics/{TOPIC}.facts.v1.jsonl"].append(_record(number - 1, number, text, headers))

    def _register(self) -> None:
        states: dict[str, Row] = {}
        for row in self.rows:
            data, kind = row["data"], row["type"].split(".", 2)[2].removesuffix(".v1")
            if kind == "activity.published":
                self._table(
                    "activities",
                    {"_id": data["activity"], "cancelled": False, "described": {"quotas": QUOTAS}},
                )
            elif kind == "activity.cancelled":
                self.files[self.table("activities")][-1]["cancelled"] = True
            elif "round" in data:
                states[data["registration"]] = {
                    "activity": data["activity"],
                    "attended": {},
                    "who": row["registrant"],
                }
            if kind in MAILED:
                status = "confirmed" if kind == "registration.promoted" else MAILED[kind]
                states[data["registration"]]["status"] = status
            if kind == "attendance.recorded" and data["changes"]:
                states[data["registration"]]["attended"] = {"s1": 4} if data["present"] else {}
        for name, state in states.items():
            self._table("registrations", {"_id": name} | state)
            who = person({"round": 1, "registration": name})
            self._table("people", {"_id": f"contact-{name}", "ref": state["who"]["ref"], "who": who})
            self.note(
                AFTER,
                event="public",
                office=CODE,
                door="api",
                activity=state["activity"],
                typed=who,
                taken=True,
                registration=name,
                shown=[],
            )

    def _mails(self) -> None:
        for row in self.rows:
            kind, number = row["type"].removeprefix("id.simpul.").removesuffix(".v1"), row["_id"]
            if kind in MAILED:
                self._mail(number, MAILED[kind], row["data"]["registration"])
            elif kind == "activity.cancelled":
                self._mail(number, "activity-cancelled", "r3")

    def _mail(self, number: int, template: str, registration: str) -> None:
        name = f"{CODE}-0-{number}:{template}:{registration}:-"
        self._table(
            "deliveries", {"_id": name, "state": "sent", "template": template, "ambiguous": 0}, "notification"
        )
        mail = {"delivery": name, "message_id": f"<{name}>", "received": None}
        self.files["mailbox.jsonl"].append(mail | {"to": [f"{registration}@uji.example"]})

    def _nation(self) -> None:
        cells: dict[str, Row] = {}
        sums = dict.fromkeys(MEASURES, 0)
        for row in self.rows:
            for one in row["data"]["changes"]:
                cell = one["cell"]
                who = {name: cell.get(name) for name in ("category", "home_regency", "cohort")}
                names = [CODE, cell["activity"], *(value or "" for value in who.values())]
                known = cells.setdefault(
                    "|".join(names),
                    {"office": CODE, "activity": cell["activity"]}
                    | who
                    | PLACED
                    | dict.fromkeys(MEASURES, 0),
                )
                for measure, value in one["add"].items():
                    known[measure] += value
                    sums[measure] += value
        national = "mongo/simpul_national/{}.jsonl".format
        live = {name: row for name, row in cells.items() if any(row[measure] for measure in MEASURES)}
        self.files[national("cells")] = [{"_id": name} | row for name, row in live.items()]
        for category in (None, "guru"):
            mine = [row for row in live.values() if row["category"] == category]
            rolled = {measure: sum(row[measure] for row in mine) for measure in MEASURES}
            key = {"office": CODE, "month": "2024-01", "kind": "rakor", "category": category}
            name = "|".join(value or "" for value in key.values())
            self.files[national("roll_ups")].append({"_id": name} | key | rolled)
            for rev, values in enumerate((dict.fromkeys(MEASURES, 0), rolled)):
                row = json.dumps({"rev": rev} | key | values)
                record = _record(len(self.files[REPORTS]), 1, row, []) | {"key": name}
                self.files[REPORTS].append(record)
        for row in self.files[self.table("activities")]:
            place = {"office": CODE, "activity": row["_id"], "title": "Rapat"} | PLACED
            self.files[national("activities")].append({"_id": f"{CODE}|{row['_id']}"} | place)
        count = {"_id": f"{CODE}|0", "number": len(self.rows), "sums": sums, "gap": None, "stopped": None}
        self.files[national("cursors")] = [count | {"control": {"number": 7, "equal": True}}]
        self.files["figures.json"] = [{"office": {"rows": [{"office": CODE} | sums]}}]

    def write(self, folder: Path) -> Path:
        self.files["run.json"] = [{"offices": [CODE]}]
        for name, rows in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return folder


def _record(offset: int, seconds: float, value: str, headers: list[list[str]]) -> Row:
    place = {"partition": 0, "offset": offset, "timestamp": int(at(seconds).timestamp() * 1000)}
    return place | {"timestamp_type": 1, "key": "k", "value": value, "headers": headers}
