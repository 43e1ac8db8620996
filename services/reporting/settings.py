"""Settings of the national reporting."""

from pydantic import Field, HttpUrl

from shared.links import SigningKeys
from shared.settings import CommonSettings, Sha256


class ProvisionSettings(CommonSettings):
    """`replication` of the national topic is 3 in production."""

    replication: int = Field(default=1, ge=1)


class ReportingSettings(CommonSettings):
    """`directorate_name` heads the page: the directorate is renamed from time to time.
    `directorate_token_hash`: SHA-256 (hex) of the token under which figures are exact. `session_keys`:
    sign what its pages give browsers. `public_url`: where the pages are reached; with https the session's
    cookie goes over TLS alone."""

    directorate_token_hash: Sha256
    session_keys: SigningKeys
    http_port: int = Field(default=8100, ge=1, le=65_535)
    public_url: HttpUrl = HttpUrl("http://127.0.0.1:8100")
    directorate_name: str = "Direktorat"
