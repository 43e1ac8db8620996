"""Settings of a service at which people sign in."""

from typing import Self

from pydantic import Field, model_validator

from shared.accounts.sign_in_settings import OpenIdSettings
from shared.doors import Address
from shared.settings import CommonSettings


class ProviderSettings(CommonSettings):
    """`oidc_…`: the provider of OpenID Connect by which people may sign in, and what it knows the service by;
    `oidc_name`: what people call an account of it."""

    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = Field(default="", repr=False)
    oidc_name: str = Field(default="instansi", min_length=1, max_length=40)

    @model_validator(mode="after")
    def _names_its_provider(self) -> Self:
        given = [bool(one) for one in (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)]
        if any(given) and not all(given):
            raise ValueError(
                "SIMPUL_OIDC_ISSUER, SIMPUL_OIDC_CLIENT_ID and SIMPUL_OIDC_CLIENT_SECRET go together"
            )
        address = Address.of(self.oidc_issuer)
        if self.oidc_issuer and address.scheme != "https" and not address.is_loopback:
            raise ValueError("SIMPUL_OIDC_ISSUER must begin with https://")
        return self

    @property
    def openid(self) -> OpenIdSettings | None:
        if not self.oidc_issuer:
            return None
        return OpenIdSettings(self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret, self.oidc_name)
