"""Settings of one office's registration."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, HttpUrl, StringConstraints, model_validator

from services.registration.kernel.actions import Role
from shared.accounts.settings import JsonRoles, ProviderSettings
from shared.contracts import topics
from shared.contracts.types import OfficeCode
from shared.links import SigningKeys
from shared.settings import CommonSettings, OfficeSettings
from shared.signatures import PrivateKeys, Signer, Unsigned

HexKey = Annotated[str, StringConstraints(pattern=r"^([0-9a-fA-F]{2}){32,}$")]


class RegistrationSettings(OfficeSettings, ProviderSettings):
    """`person_key`: 32 bytes or more in hex, the key of all digests; it stays with the office's database.
    `session_keys`: sign what the desk gives its browsers; of registration alone.
    `trim_seconds`: between two deletions of decided commands from intake; 0 where the broker cannot.
    `registrations_per_…_hour`: what the public may submit; a hotel's network is one address.
    `notification_url`: where the office's notification answers; without it the desk shows no mails.
    `record_keys`: sign the office's own commands and its directory. `unsigned`: what becomes of commands of
    sources without a key in the office's file; `accept` is for this release alone. `clamd`: `host:port` of a
    ClamAV daemon that looks through every file before it is kept."""

    http_port: int = Field(default=8001, ge=1, le=65_535)
    person_key: HexKey
    session_keys: SigningKeys
    control_totals_seconds: float = Field(default=3600, gt=0)
    trust_producer_time: bool = False
    trim_seconds: float = Field(default=3600, ge=0)
    registrations_per_email_hour: int = Field(default=3, ge=1)
    registrations_per_address_hour: int = Field(default=200, ge=1)
    notification_url: HttpUrl | None = None
    record_keys: PrivateKeys | None = None
    unsigned: Unsigned = "accept"
    oidc_roles: JsonRoles[Role] = Field(default_factory=dict)
    clamd: Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9.-]+:[0-9]{1,5})?$")] = ""

    @model_validator(mode="after")
    def _signs_itself(self) -> Self:
        if self.unsigned == "refuse" and self.record_keys is None:
            raise ValueError("SIMPUL_UNSIGNED=refuse needs SIMPUL_RECORD_KEYS, since the office signs, too")
        return self

    @property
    def signer(self) -> Signer | None:
        return Signer(self.record_keys) if self.record_keys else None

    @property
    def totals_every(self) -> timedelta:
        return timedelta(seconds=self.control_totals_seconds)


class ParkedSettings(CommonSettings):
    """What `simpul parked` needs."""

    office: OfficeCode


class ImportSettings(ParkedSettings):
    """What `simpul import` needs: the office, the key of its digests, and those that sign its commands."""

    person_key: HexKey
    record_keys: PrivateKeys | None = None

    @property
    def signer(self) -> Signer | None:
        return Signer(self.record_keys) if self.record_keys else None


class RecordKeySettings(CommonSettings):
    """What `simpul public-keys` needs."""

    record_keys: PrivateKeys


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
    """What `simpul recover` needs beside: the keys of the office's digests and of its directory."""

    person_key: HexKey
    record_keys: PrivateKeys | None = None

    @property
    def signer(self) -> Signer | None:
        return Signer(self.record_keys) if self.record_keys else None
