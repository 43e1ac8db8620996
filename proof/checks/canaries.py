"""I7: nothing of a person is found outside of the office."""

from pathlib import Path

from proof.checks.verdict import Look, Verdict
from proof.people import CANARY
from proof.witnesses import Run
from shared.contracts import topics


def i7(run: Run) -> Verdict:
    """Every line of what leaves an office: facts, national topics and store, logs and metrics; and the keys
    of all its topics, which metrics and traces may repeat. The canary itself is not shown."""
    look = Look("I7")
    for path in _public(run.folder):
        with path.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                found = CANARY.search(line)
                look.at(
                    found is None,
                    "something of a person outside of the office",
                    file=str(path.relative_to(run.folder)),
                    line=number,
                    column=found and found.start(),
                )
    for office in run.offices.values():
        for record in office.directory:
            clean = CANARY.search((record.key or b"").decode(errors="replace")) is None
            look.at(clean, "a key names a person", record=record.place)
    return look.verdict


def _public(folder: Path) -> list[Path]:
    facts = folder.glob("topics/simpul.*.facts.v1.jsonl")
    national = folder.glob(f"topics/simpul.{topics.NATIONAL}.*.jsonl")
    store = (folder / "mongo" / topics.NATIONAL_DATABASE).glob("*.jsonl")
    texts = (path for path in folder.glob("texts/**/*") if path.is_file())
    return sorted({*facts, *national, *store, *texts, *folder.glob("figures.json")})
