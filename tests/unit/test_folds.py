"""What was decided, each reader can fold, and its mails can be written: no command stops a partition."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.notification.channels.letterhead import Letterhead
from services.notification.features.gatherings.domain.decision import ActivityNews
from services.notification.kernel.deliveries import Delivery, FanOut
from services.notification.kernel.letters import Letter
from services.notification.kernel.rules import FoldedRows
from services.registration.features.gatherings.directory import activity_entry, registration_entry
from services.registration.features.gatherings.gathering_states import (
    activity_document,
    registration_document,
)
from services.registration.features.gatherings.gatherings import ACTIVITY, REGISTRATION, beside
from services.registration.features.gatherings.submitters import Submitters
from services.registration.features.people.corrections import PERSON
from services.registration.features.people.domain.person import Person
from services.registration.features.people.naming import fault_of_name
from services.registration.features.people.people import PEOPLE, PeopleIndex, ProvingSources
from services.registration.kernel.batch import Batch, OfficeStatements
from services.registration.kernel.commit import Cursor, FactRows
from services.registration.kernel.digests import Digests
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.received_commands import CommandReader, ReceivedCommand
from services.registration.kernel.sources import Sources
from services.registration.storage.documents import decoded, encoded_fact, published_value
from services.reporting.domain.counting import advance
from services.reporting.domain.cursor import Cursor as Read
from shared.contracts.commands import COMMANDS, SubmitRegistration
from shared.contracts.directory import ActivityEntry, RegistrationEntry
from shared.contracts.envelope import Envelope
from shared.contracts.facts import RegistrationFact
from shared.contracts.types import ZONES
from shared.kafka.facts import read_fact
from shared.visible import visible
from tests.support.features import ALL, MAILS
from tests.support.office import office_file
from tests.unit.notification.test_mails import LINKS
from tests.unit.registration.test_reading import Anything

LEDGER, REF = "a" * 32, "b" * 24
BEGUN, END = datetime(2000, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
READING = CommandReader(Sources("bali"), 1, Digests(b"k" * 32), ALL)
GATHERED = timedelta(minutes=1)
STANDING = OfficeStatements.of(office_file("bali").described(), timedelta(days=1))
STATIONERY = Letterhead(office_file("bali"), LINKS, MAILS)
MODELS = {model.__name__: model for model in COMMANDS.values()}


def new_ref() -> Callable[[], str]:
    numbers = count()
    return lambda: f"{next(numbers):024x}"


BEFORE_ALL = Cursor(0, LEDGER, 1, 0, 0, 0, 0, BEGUN, 0, BEGUN, None)
NOTHING_READ = Read("bali", 0)


def nothing_yet() -> LoadedStates:
    loaded = ALL.loaded({ACTIVITY: {"uji": None}})
    beside(loaded).lines["uji"] = {}
    return loaded


@dataclass
class Office:
    """One partition in memory, and what its readers made of it so far. `open`: it decides what has the right
    shape, as what is stored may have been decided."""

    open: bool = False
    cursor: Cursor = BEFORE_ALL
    loaded: LoadedStates = field(default_factory=nothing_yet)
    lists: FoldedRows = field(default_factory=FoldedRows)
    counted: Read = NOTHING_READ
    outcomes: Counter[str] = field(default_factory=Counter)
    people: PeopleIndex = field(default_factory=lambda: PeopleIndex([], new_ref()))
    named: dict[str, Any] = field(default_factory=dict)
    before: ActivityEntry | None = None

    def ask(self, kind: str, key: str, data: dict[str, Any], at: datetime) -> None:
        offset, model = self.cursor.next, MODELS[kind]
        headers = Envelope(f"{offset}", "urn:uji", model.type, key).headers()
        item = READING.read(
            Anything(
                key.encode(),
                json.dumps(data).encode(),
                tuple(headers),
                int(at.timestamp() * 1000),
                offset=offset,
            )
        )
        assert isinstance(item, ReceivedCommand)
        if self.open:
            item = replace(item, command=model.model_validate(data))
        if isinstance(item.command, SubmitRegistration):
            self._meet(item.command, offset)
        beside(self.loaded).live["uji"] = self._live()
        batch = Batch(ALL, self.cursor, self.loaded, self._encode, STANDING)
        batch.take(item)
        assert not batch.commit.parked, batch.commit.parked
        self.cursor = batch.commit.after
        self.outcomes.update(f"{kind} {one.reason or one.result}" for one in batch.commit.outcomes)
        for fact in batch.commit.facts:
            self.outcomes[fact.content.body.type] += 1
            self._read(fact.number, decoded(fact.rows.fact))

    def _encode(self, number: int, key: str, *rest: Any) -> FactRows:
        return FactRows(encoded_fact(self.cursor, number, key, *rest))

    def _meet(self, command: SubmitRegistration, offset: int) -> None:
        who, digests = command.participant, READING.digests
        named = {offset: digests.person(who)}
        beside(self.loaded).submitters = Submitters(self.people, named, digests, ProvingSources("bali"))
        self.loaded.beside[PEOPLE] = self.people
        self.loaded.states[PERSON][REF] = Person(REF, REF, who)
        self.named = who.model_dump(mode="json", exclude_none=True)

    def _live(self) -> dict[Any, dict[Any, int]]:
        live: dict[Any, dict[Any, int]] = {}
        for one in self.loaded.states[REGISTRATION].values():
            if one.status != "cancelled":
                counts = live.setdefault(one.cell, {})
                counts[one.status] = counts.get(one.status, 0) + 1
        return live

    def _read(self, number: int, row: dict[str, Any]) -> None:
        """As notification and reporting do: fold, look up the directory, write what is owed, count."""
        headers = tuple(Envelope(f"bali-0-{number}", "/bali/registration", row["type"], row["key"]).headers())
        value = published_value("bali", LEDGER, row, row["key"])
        record = Anything(row["key"].encode(), value, headers, topic="simpul.bali.facts.v1", offset=number)
        fact = read_fact(record)
        self.counted = advance(self.counted, [fact]).after
        assert self.counted.number == number
        self.lists.read_at = fact.stated.at
        body = fact.body()
        for owed in list(MAILS.fold(self.lists, fact.stated, body)):
            for delivery in self._each(owed):
                assert STATIONERY.write(self._letter(delivery, number)).isascii()
        if not isinstance(body, RegistrationFact) and self.loaded.states[ACTIVITY]["uji"]:
            self.before = self._activity(number)

    def _each(self, owed: Delivery | FanOut) -> Iterator[Delivery]:
        if isinstance(owed, Delivery):
            yield owed
        else:
            yield from (
                owed.delivery(name, 1, GATHERED) for name in list(self.loaded.states[REGISTRATION])[:1]
            )

    def _letter(self, delivery: Delivery, number: int) -> Letter:
        state = self.loaded.states[REGISTRATION][delivery.recipient]
        entry = registration_entry(registration_document(state), number, self.named)
        person = RegistrationEntry.read(entry.value)
        earlier = self.before if delivery.template == "activity-changed" else None
        return Letter(delivery, person, self._activity(number), ActivityNews(earlier, seated=True))

    def _activity(self, number: int) -> ActivityEntry:
        state = self.loaded.states[ACTIVITY]["uji"]
        assert state is not None
        return ActivityEntry.read(
            activity_entry(activity_document("uji", 0, state, self.cursor.time), number).value
        )


SIGNS = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
LINES = st.text(SIGNS, min_size=1, max_size=60).filter(lambda text: visible(text).strip() != "")
NAMES = LINES.map(lambda text: f"Made {text}").filter(
    lambda text: fault_of_name(visible(text), person=True) is None
)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
ENDS = st.sampled_from([datetime(2000, 1, 1), datetime(2100, 12, 31, 23, 59, 59, 999_999)])  # noqa: DTZ001
LAST = st.just(datetime(9999, 12, 31, 23, 59, 59))  # noqa: DTZ001


def _in(at: datetime, zone: timezone) -> datetime:
    return at.replace(tzinfo=zone)


INSTANTS = st.builds(
    _in,
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 12, 31)) | ENDS,  # noqa: DTZ001
    OFFSETS,
)
DURATIONS = st.timedeltas(timedelta(0), timedelta(days=366)) | st.just(timedelta(days=366))
ISO = TypeAdapter(timedelta)


def windows(instants: st.SearchStrategy[datetime]) -> st.SearchStrategy[tuple[str, str]]:
    two = st.tuples(instants, instants).filter(lambda two: two[0] != two[1])
    return two.map(lambda two: (min(two).isoformat(), max(two).isoformat()))


@st.composite
def sessions(draw: st.DrawFn, instants: st.SearchStrategy[datetime]) -> list[dict[str, Any]]:
    found = []
    for number in range(draw(st.integers(1, 3))):
        starts, ends = draw(windows(instants))
        given_ = {"id": f"s{number}", "title": draw(LINES), "starts": starts, "ends": ends}
        given_ |= {"zone": draw(st.sampled_from(sorted(ZONES))), "jp": draw(st.integers(0, 1000))}
        more = st.fixed_dictionaries({}, optional={"place": LINES, "regency": st.just("51.03")})
        found.append(given_ | draw(more))
    return found


def optional(durations: st.SearchStrategy[timedelta]) -> dict[str, Any]:
    iso = durations.map(lambda given: ISO.dump_python(given, mode="json"))
    return {
        "host": LINES,
        "reply_to": st.sampled_from(["a..b@balai.example", "=?utf-8?q?x?=@balai.example"]),
        "reminder_before": iso,
        "attendance_opens_before": iso,
    }


ADDRESSES = st.sampled_from("abc").map(lambda letter: f"{letter}@sekolah.example")


def stories(
    instants: st.SearchStrategy[datetime], durations: st.SearchStrategy[timedelta]
) -> st.SearchStrategy[Any]:
    """What is published, and what is asked afterwards."""
    details = optional(durations)
    published = st.fixed_dictionaries(
        {"title": LINES, "sessions": sessions(instants), "window": windows(instants)}, optional=details
    )
    changed = details | {"title": LINES, "sessions": sessions(instants)}
    asked = st.one_of(
        st.fixed_dictionaries({}, optional=changed).map(lambda given: ("ChangeActivity", given)),
        st.fixed_dictionaries({"name": NAMES, "email": ADDRESSES}).map(
            lambda who: ("SubmitRegistration", who)
        ),
        st.integers(0, 2).map(lambda at: ("CancelRegistration", {"at": at})),
        st.booleans().map(lambda present: ("RecordAttendance", {"present": present})),
        NAMES.map(lambda name: ("CorrectParticipant", {"name": name})),
        st.just(("CancelActivity", {"reason": "Hujan"})),
    )
    return st.tuples(published, st.lists(asked, max_size=8), st.booleans())


def play(office: Office, story: Any, now: datetime) -> None:
    published, asked, within = story
    opens, closes = published.pop("window")
    quotas = [{"id": "semua", "seats": 1}]
    about = {"id": "uji", "kind": "rakor", "quotas": quotas, "opens": opens, "closes": closes}
    at = min(datetime.fromisoformat(opens), END) if within else now
    office.ask("PublishActivity", "uji", published | about, at)
    assert office.loaded.states[ACTIVITY]["uji"] is not None, office.outcomes
    for kind, given_ in asked:
        key = f"p:{REF}" if kind == "CorrectParticipant" else "uji"
        office.ask(kind, key, _data(office, kind, given_), at)
    for kind in office.outcomes:
        event(kind)


@settings(deadline=None, max_examples=60)
@given(stories(INSTANTS, DURATIONS), INSTANTS)
def test_what_is_acceptable_can_be_folded_and_mailed(story: Any, now: datetime) -> None:
    play(Office(), story, now)


ANY_INSTANT = st.datetimes(datetime(1000, 1, 2), datetime(9999, 12, 31, 23, 59, 59)) | LAST  # noqa: DTZ001


@settings(deadline=None, max_examples=60)
@given(stories(st.builds(_in, ANY_INSTANT, OFFSETS), st.timedeltas()), INSTANTS)
def test_so_can_what_was_decided_while_anything_was_taken(story: Any, now: datetime) -> None:
    play(Office(open=True), story, now)


def _data(office: Office, kind: str, given_: dict[str, Any]) -> dict[str, Any]:
    known = [*office.loaded.states[REGISTRATION], "z" * 29]
    match kind:
        case "SubmitRegistration":
            return {"activity": "uji", "participant": given_, "category": "guru"}
        case "CancelRegistration":
            return {"registration": known[given_["at"] % len(known)]}
        case "RecordAttendance":
            return {"activity": "uji", "session": "s0", "registration": known[0], **given_}
        case "CorrectParticipant":
            return {"ref": REF, **given_}
    return {"activity": "uji", **given_}
