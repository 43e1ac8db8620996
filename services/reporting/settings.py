"""Settings of the national reporting."""

from pydantic import Field, HttpUrl

from services.reporting.domain.permissions import Role
from shared.accounts.settings import JsonRoles, ProviderSettings
from shared.links import SigningKeys
from shared.settings import CommonSettings, Sha256


class ProvisionSettings(CommonSettings):
    """`replication` of the national topic is 3 in production."""

    replication: int = Field(default=1, ge=1)


class ReportingSettings(ProviderSettings):
    """`directorate_name` heads the page: the directorate is renamed from time to time.
    `directorate_token_hash`: SHA-256 (hex) of its one token, which for this release is somebody's who
    manages. `session_keys`: sign what its pages give browsers. `public_url`: where the pages are reached;
    with https the session's cookie goes over TLS alone."""

    directorate_token_hash: Sha256
    session_keys: SigningKeys
    http_port: int = Field(default=8100, ge=1, le=65_535)
    public_url: HttpUrl = HttpUrl("http://127.0.0.1:8100")
    directorate_name: str = "Direktorat"
    oidc_roles: JsonRoles[Role] = Field(default_factory=dict)


class AccountSettings(CommonSettings):
    """What `simpul account` needs: where people reach the directorate's pages."""

    public_url: HttpUrl
