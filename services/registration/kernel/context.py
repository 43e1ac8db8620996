"""What a feature makes of the office that it runs in: the stores and ways in that its routes work with."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from services.registration.kernel.command_client import CommandClient, OutcomesPort
from services.registration.kernel.feature import OfficeStore
from services.registration.kernel.features import Features
from shared.accounts.sign_in_settings import SignInSettings
from shared.links import Links


@dataclass(frozen=True, slots=True)
class HourlyLimits:
    """How often the public may submit in an hour, from one mailbox and from one network address."""

    per_email: int
    per_address: int


@dataclass(frozen=True, slots=True)
class OfficeContext:
    """The same on real adapters and on their twins. `key`: of digests, and of ids that are derived;
    `intake_ends`: by partition, the offset that the next record will get; `clamd`: `host:port` of who
    looks through files for viruses, empty where nobody does."""

    of: OfficeStore
    features: Features
    command_client: CommandClient
    outcomes: OutcomesPort
    key: bytes
    limits: HourlyLimits
    sign_in: SignInSettings
    links: Links
    intake_ends: Callable[[], Awaitable[Mapping[int, int]]]
    clamd: str = ""
