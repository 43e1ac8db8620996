"""Settings of notification, read once by `main`."""

from datetime import datetime
from typing import Self

from pydantic import AwareDatetime, Field, field_validator, model_validator

from services.notification.channels.smtp import SmtpServer
from shared.settings import OfficeSettings
from shared.signatures import EntrySignatures, PublicKeyList, PublicKeys, Unsigned


class NotificationSettings(OfficeSettings):
    """`send_from`: what fell due earlier is never sent; unless set, when the database was made.
    `changes_gathered_seconds`: from an activity's first change that nobody was told yet to the mail about it.
    `record_public_keys`: with which registration signs the directory; `unsigned`: what becomes of entries
    without a signature; `accept` is for this release alone.
    `mail_only_to`: addresses or `@domains`, separated by commas; empty sends to all."""

    http_port: int = Field(default=8011, ge=1, le=65_535)
    smtp_url: str = "smtp://127.0.0.1:2525"
    smtp_seconds: float = Field(default=20.0, gt=0)
    mails_per_minute: int = Field(default=120, ge=1)
    mail_only_to: str = ""
    mail_workers: int = Field(default=4, ge=1, le=32)
    mail_lease_seconds: float = Field(default=120.0, gt=0)
    changes_gathered_seconds: float = Field(default=60.0, ge=0, le=3_600)
    send_from: AwareDatetime | None = None
    record_public_keys: PublicKeyList | None = None
    unsigned: Unsigned = "accept"

    @field_validator("smtp_url")
    @classmethod
    def _readable(cls, url: str) -> str:
        SmtpServer.of(url)
        return url

    @model_validator(mode="after")
    def _lease_outlasts_an_attempt(self) -> Self:
        if self.mail_lease_seconds < 3 * self.smtp_seconds:
            raise ValueError("SIMPUL_MAIL_LEASE_SECONDS must be at least three times SIMPUL_SMTP_SECONDS")
        return self

    @model_validator(mode="after")
    def _knows_the_office(self) -> Self:
        if self.unsigned == "refuse" and self.record_public_keys is None:
            raise ValueError("SIMPUL_UNSIGNED=refuse needs SIMPUL_RECORD_PUBLIC_KEYS")
        return self

    @property
    def signatures(self) -> EntrySignatures:
        keys = PublicKeys.of(self.record_public_keys.split(",")) if self.record_public_keys else None
        return EntrySignatures(self.office, keys, self.unsigned == "accept")

    def born(self, birth: datetime) -> datetime:
        return self.send_from or birth
