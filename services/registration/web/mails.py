"""What staff ask of the office's mails, which another service keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

STATES: Final = ("failed", "ambiguous", "pending", "sent", "withdrawn", "expired")
NOT_SENT: Final = ("failed", "ambiguous", "withdrawn")
"""Of these a mail may be sent again."""
ADDRESS: Final = ("held_back", "not_in_directory")
"""Reasons of what was withdrawn that a corrected address may end."""


class MailsUnavailable(Exception):
    """The mail service does not answer in time, or not as it should; the text names no address."""


class MailRefused(Exception):
    """It is sent, waits, or is past its time by now; or there is none."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail owed to one recipient. `at`: when it was closed, else when it falls or fell due, in UTC;
    `tries`: handed to the mail server so many times; `label`: its name, empty where notification is older."""

    id: str
    activity: str
    registration: str
    template: str
    state: str
    reason: str | None
    at: datetime
    tries: int
    label: str = ""

    @property
    def again(self) -> bool:
        """Whether it may be sent again."""
        return self.state in NOT_SENT

    @property
    def missed(self) -> bool:
        """Whether it did not reach whom it should, or perhaps not."""
        return self.again and (self.state != "withdrawn" or self.reason in ADDRESS)


@dataclass(frozen=True, slots=True)
class Counts:
    """`held`: why mails of the office are held up, in sentences for technicians."""

    by_state: dict[str, int]
    held: tuple[str, ...] = ()


class Mails(Protocol):
    """Every question raises `MailsUnavailable`; nothing that is decided may depend on an answer."""

    async def newest(
        self, skip: int, limit: int, state: str = "", activity: str = "", registration: str = ""
    ) -> tuple[list[Mail], int]:
        """What falls due last first, and how many there are; empty holds for all."""
        ...

    async def counts(self, states: Sequence[str], activity: str = "") -> Counts: ...

    async def send_again(self, mail: str) -> None:
        """Raises `MailRefused`, too."""
        ...
