"""Settings of the national reporting."""

from pydantic import Field

from shared.settings import CommonSettings, Sha256


class ProvisionSettings(CommonSettings):
    """`replication` of the national topic is 3 in production."""

    replication: int = Field(default=1, ge=1)


class ReportingSettings(CommonSettings):
    """`directorate_name` heads the page: the directorate is renamed from time to time.
    `directorate_token_hash`: SHA-256 (hex) of the token under which figures are exact."""

    directorate_token_hash: Sha256
    http_port: int = 8100
    directorate_name: str = "Direktorat"
