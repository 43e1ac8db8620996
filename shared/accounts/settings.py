"""Settings of a service at which people sign in."""

from collections.abc import Mapping
from typing import Annotated, Self, TypeVar

from pydantic import BeforeValidator, Field, Json, model_validator

from shared.accounts.sign_in_settings import OpenIdSettings
from shared.doors import Address
from shared.settings import CommonSettings

R = TypeVar("R", bound=str)
JsonRoles = Annotated[Json[Mapping[str, Mapping[str, R]]], BeforeValidator(lambda text: text or "{}")]
"""Of the roles that a service has."""


class ProviderSettings(CommonSettings):
    """`oidc_…`: the provider of OpenID Connect by which people may sign in, and what it knows the service by;
    `oidc_name`: what people call an account of it; `oidc_roles`: by claim and value, the role for the whole
    that it gives, as JSON."""

    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = Field(default="", repr=False)
    oidc_name: str = Field(default="instansi", min_length=1, max_length=40)
    oidc_roles: JsonRoles[str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_its_provider(self) -> Self:
        given = [bool(one) for one in (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)]
        if any(given) and not all(given):
            raise ValueError(
                "SIMPUL_OIDC_ISSUER, SIMPUL_OIDC_CLIENT_ID and SIMPUL_OIDC_CLIENT_SECRET go together"
            )
        if self.oidc_roles and not self.oidc_issuer:
            raise ValueError("SIMPUL_OIDC_ROLES needs SIMPUL_OIDC_ISSUER, whose claims it names")
        address = Address.of(self.oidc_issuer)
        if self.oidc_issuer and address.scheme != "https" and not address.is_loopback:
            raise ValueError("SIMPUL_OIDC_ISSUER must begin with https://")
        return self

    @property
    def openid(self) -> OpenIdSettings | None:
        if not self.oidc_issuer:
            return None
        return OpenIdSettings(
            self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret, self.oidc_name, self.oidc_roles
        )
