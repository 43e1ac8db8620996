"""The answer to a command, as the rows of the ledger tell what became of it."""

import logging
from collections.abc import Callable

from services.registration.kernel.command_client import DecidedCommand
from services.registration.kernel.features import Features
from services.registration.storage.documents import NUMBER_BITS, number_of
from shared.contracts.outcomes import CommandKey, Outcome
from shared.kafka.facts import failure
from shared.mongo.driver import Document

log = logging.getLogger(__name__)


class OutcomeSentences:
    """What stands in the ledger stands though it cannot be phrased here: then there is no answer yet, and the
    log says once of what kind it is."""

    def __init__(self, office: str, features: Features) -> None:
        self._office = office
        self._results, self._results_of = features.results, features.results_of
        self._sentences = features.sentences
        self._said: set[str] = set()

    def of_fact(self, row: Document) -> DecidedCommand | None:
        return self._phrased(str(row.get("type")), row, self._of_fact)

    def of_row(self, row: Document) -> DecidedCommand | None:
        return self._phrased(str(row.get("reason") or row.get("result")), row, self._of_row)

    def _phrased(
        self, kind: str, row: Document, phrase: Callable[[Document], DecidedCommand]
    ) -> DecidedCommand | None:
        try:
            return phrase(row)
        except Exception as error:
            if kind not in self._said:
                self._said.add(kind)
                log.error("answers of the kind %s cannot be phrased: %s", kind, failure(error))
            return None

    def _of_fact(self, row: Document) -> DecidedCommand:
        data, place = row["data"], int(row["_id"])
        told = self._results_of.get(row["type"])
        result = told(data) if told else self._results[row["type"]]
        outcome = Outcome(
            command=CommandKey(source=row["source"], id=row["id"]),
            state="decided",
            result=result,
            message=self._sentences.say(result, None, data),
            registration=data.get("registration"),
            place=data.get("place"),
            fact=f"{self._office}-{place >> NUMBER_BITS}-{number_of(place)}",
        )
        return DecidedCommand(outcome, bytes(row["payload"]))

    def _of_row(self, row: Document) -> DecidedCommand:
        reason = row.get("reason")
        outcome = Outcome(
            command=CommandKey(source=row["source"], id=row["id"]),
            state="decided",
            result=row["result"],
            reason=reason,
            message=self._sentences.say(row["result"], reason, row.get("numbers", {})),
        )
        return DecidedCommand(outcome, bytes(row["payload"]))
