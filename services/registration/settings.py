"""Settings of one office's registration."""

from datetime import timedelta

from pydantic import Field

from shared.settings import OfficeSettings


class RegistrationSettings(OfficeSettings):
    """`person_key`: 32 bytes or more in hex, the key of all digests; it stays with the office's database."""

    http_port: int = 8001
    person_key: str = Field(pattern=r"^([0-9a-fA-F]{2}){32,}$")
    control_totals_seconds: float = Field(default=3600, gt=0)
    trust_producer_time: bool = False

    @property
    def totals_every(self) -> timedelta:
        return timedelta(seconds=self.control_totals_seconds)
