"""What a list would come to as the register stands: decided by the rules that decide, and nothing kept."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.gatherings import ACTIVITY, submit
from services.registration.kernel.commit import Commit, Cursor, FactRows, NumberedFact
from services.registration.kernel.decisions import NewFact, Refusal
from services.registration.kernel.features import Features
from services.registration.kernel.folding import fold
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.received_commands import PoisonRecord, ReceivedCommand
from shared.contracts.commands import SubmitRegistration
from shared.contracts.facts import RegistrationSubmitted, RegistrationWaitlisted
from shared.words import number, words

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NOWHERE: Final = Cursor(0, "", 0, 0, 0, 0, -1, _EPOCH, 0, _EPOCH, None)
_REFUSALS: Final[Mapping[str, str]] = {
    "window_closed": "kegiatan sudah ditutup",
    "not_open_yet": "pendaftaran belum dibuka",
    "activity_cancelled": "kegiatan dibatalkan",
    "activity_unknown": "kegiatan tidak dikenal",
    "not_eligible": "tidak ada kuota untuk unsur, daerah, atau angkatannya",
    "already_registered": "sudah terdaftar",
}
_ORDER: Final = ("confirmed", "submitted", "waitlisted", "same", "refused")
_OTHER: Final = "isian tidak sesuai"


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """Of one row: `result` is `confirmed`, `submitted`, `waitlisted`, `refused`, or `same` for a command that
    was decided before; `why`: the full quotas, or the reason."""

    result: str
    why: str = ""

    def __str__(self) -> str:
        match self.result:
            case "confirmed":
                return "terkonfirmasi"
            case "submitted":
                return "menunggu persetujuan"
            case "waitlisted":
                return f"menunggu karena {self.why}"
            case "same":
                return "sudah pernah dikirim"
        return f"akan ditolak: {self.why}"


@dataclass(frozen=True, slots=True)
class Forecast:
    """Counts, None where nothing could be foreseen. `rows`: in the order of what was asked."""

    message: str
    confirmed: int | None = None
    waitlisted: int | None = None
    refused: int | None = None
    unchanged: int | None = None
    rows: tuple[ForecastRow, ...] = ()

    @classmethod
    def of(cls, rows: Sequence[ForecastRow]) -> "Forecast":
        count = Counter(row.result for row in rows)
        return cls(
            _message(Counter(rows)),
            count["confirmed"],
            count["waitlisted"],
            count["refused"],
            count["same"],
            tuple(rows),
        )

    @property
    def in_vain(self) -> bool:
        """Whether sending it would change nothing: of who is registered already it may prove a number."""
        taken = [
            row for row in self.rows if row.result != "refused" or row.why == _REFUSALS["already_registered"]
        ]
        return bool(self.rows) and not taken

    def shown(self) -> dict[str, object]:
        return {name: value for name, value in asdict(self).items() if name != "rows"}


class Forecaster:
    """One list against what was loaded for it; each row sees what those before it would cause."""

    def __init__(self, features: Features, loaded: LoadedStates, now: datetime) -> None:
        self._features = features
        self._loaded = loaded
        self._now = now
        self._commit = Commit(_NOWHERE, _NOWHERE)
        self._number = 0

    def next(self, item: ReceivedCommand | PoisonRecord) -> ForecastRow:
        if isinstance(item, PoisonRecord) or not isinstance(item.command, SubmitRegistration):
            return ForecastRow("refused", _OTHER)
        if item.digest in self._loaded.known:
            return ForecastRow("same")
        state = self._loaded.states[ACTIVITY].get(item.key)
        decision = submit(self._loaded, item, self._now)
        if isinstance(decision, Refusal):
            self._features.accept(self._loaded, decision.side_writes)
            return ForecastRow("refused", _REFUSALS.get(decision.reason, _OTHER))
        self._features.accept(self._loaded, decision[0].side_writes)
        return self._follow(item, decision[0], state)

    def _follow(self, asked: ReceivedCommand, content: NewFact, state: ActivityState | None) -> ForecastRow:
        self._number += 1
        fact = NumberedFact(self._number, asked.key, self._now, content, None, FactRows(b""))
        fold(self._features, self._commit, self._loaded, fact)
        if isinstance(content.body, RegistrationSubmitted):
            return ForecastRow("submitted")
        if not isinstance(content.body, RegistrationWaitlisted):
            return ForecastRow("confirmed")
        full = [name for name in content.body.quotas if state is not None and not state.has_room((name,))]
        if not full:
            return ForecastRow("waitlisted", "ada yang menunggu lebih dulu")
        return ForecastRow(
            "waitlisted", f"kuota {' dan '.join(words(name).capitalize() for name in full)} penuh"
        )


def _message(rows: Mapping[ForecastRow, int]) -> str:
    """`129 terkonfirmasi, 163 menunggu karena kuota Komunitas penuh; sudah terdaftar: 2 akan ditolak`."""
    order = sorted(rows.items(), key=lambda item: _ORDER.index(item[0].result))
    taken = [f"{number(count)} {row}" for row, count in order if row.result != "refused"]
    refused = [f"{row.why}: {number(count)} akan ditolak" for row, count in order if row.result == "refused"]
    return "; ".join([*([", ".join(taken)] if taken else []), *refused])
