"""Settings of one office's registration."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field, HttpUrl, StringConstraints

from shared.contracts import topics
from shared.contracts.types import OfficeCode
from shared.links import SigningKeys
from shared.settings import CommonSettings, OfficeSettings

HexKey = Annotated[str, StringConstraints(pattern=r"^([0-9a-fA-F]{2}){32,}$")]


class RegistrationSettings(OfficeSettings):
    """`person_key`: 32 bytes or more in hex, the key of all digests; it stays with the office's database.
    `session_keys`: sign what the desk gives its browsers; of registration alone.
    `trim_seconds`: between two deletions of decided commands from intake; 0 where the broker cannot.
    `registrations_per_…_hour`: what the public may submit; a hotel's network is one address.
    `notification_url`: where the office's notification answers; without it the desk shows no mails."""

    http_port: int = Field(default=8001, ge=1, le=65_535)
    person_key: HexKey
    session_keys: SigningKeys
    control_totals_seconds: float = Field(default=3600, gt=0)
    trust_producer_time: bool = False
    trim_seconds: float = Field(default=3600, ge=0)
    registrations_per_email_hour: int = Field(default=3, ge=1)
    registrations_per_address_hour: int = Field(default=200, ge=1)
    notification_url: HttpUrl | None = None

    @property
    def totals_every(self) -> timedelta:
        return timedelta(seconds=self.control_totals_seconds)


class ParkedSettings(CommonSettings):
    """What `simpul parked` needs."""

    office: OfficeCode


class ImportSettings(ParkedSettings):
    """What `simpul import` needs: the office, and the key of its digests."""

    person_key: HexKey


class AccountSettings(ParkedSettings):
    """What `simpul account` needs: the office, and where people reach its desk."""

    public_url: HttpUrl


class ProvisionSettings(CommonSettings):
    """`partitions` never changes once an office is made; `replication` is 3 in production; `person_key`: for
    a register whose people were known in a former way."""

    office_file: Path | None = None
    person_key: HexKey | None = None
    partitions: int = Field(default=topics.PARTITIONS, ge=1, le=1000)
    replication: int = Field(default=1, ge=1)


class RepublishSettings(ProvisionSettings):
    """What `simpul republish` needs: the office, and what its topics are made with."""

    office: OfficeCode


class RecoverSettings(RepublishSettings):
    """What `simpul recover` needs beside: the key of the office's digests."""

    person_key: HexKey
