"""A provider of OpenID Connect as a service asks it: the authorization code with PKCE, and what the ID token
says. What the provider publishes of itself is read at each sign-in: its new keys are taken at once."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import TypeAdapter, ValidationError

from shared.accounts.domain.claims import claimed_roles
from shared.accounts.domain.session import PROVED_FOR
from shared.accounts.sign_in_settings import OpenIdSettings
from shared.contracts.types import Line

RETURN: Final = "/masuk/oidc/kembali"
SECONDS: Final = 5.0
LEEWAY_SECONDS: Final = 60  # between the provider's clock and ours
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""Each with a public key: not `none`, and no secret that both sides have."""
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_LINE: Final = TypeAdapter(Line)


class ProviderUnavailable(Exception):
    """It does not answer, or not as a provider does."""


class IdentityRefused(Exception):
    """What came back proves nobody's identity. The text names the rule that it breaks, and nobody."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody as a provider knows them. `name`: empty where it says none; `authenticated`: when they proved
    there who they are, if it says so; `roles`: that its claims give, as the settings say."""

    issuer: str
    subject: str
    name: str
    authenticated: datetime | None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenIdProvider:
    """`return_url`: where it sends people back, as it is registered there."""

    settings: OpenIdSettings
    return_url: str

    @property
    def name(self) -> str:
        return self.settings.name

    @property
    def gives_roles(self) -> bool:
        return bool(self.settings.roles)

    async def authorization_url(self, state: str, nonce: str, verifier: str, anew: bool = False) -> str:
        """Where somebody signs in; `anew`: also who is signed in there. Raises `ProviderUnavailable`."""
        more = {"prompt": "login", "max_age": int(PROVED_FOR.total_seconds())} if anew else {}
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            metadata = await self._metadata(client)
        url: str = prepare_grant_uri(
            metadata["authorization_endpoint"],
            self.settings.client_id,
            "code",
            self.return_url,
            "openid profile",
            state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            **more,
        )
        return url

    async def identity(self, code: str, nonce: str, verifier: str) -> Identity:
        """Whose sign-in a code stands for. Raises `ProviderUnavailable` or `IdentityRefused`."""
        sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.return_url}
        sent["code_verifier"] = verifier
        ours = httpx.BasicAuth(self.settings.client_id, self.settings.client_secret)
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            metadata = await self._metadata(client)
            token = await _asked(client.post(metadata["token_endpoint"], data=sent, auth=ours))
            if "error" in token:
                raise IdentityRefused("token")
            keys = await _asked(client.get(metadata["jwks_uri"]))
        return self._proved(token, keys, nonce)

    async def _metadata(self, client: httpx.AsyncClient) -> dict[str, Any]:
        issuer = self.settings.issuer
        found = await _asked(client.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration"))
        if found.get("issuer") != issuer or not all(isinstance(found.get(one), str) for one in _ENDPOINTS):
            raise ProviderUnavailable("metadata")
        return found

    def _proved(self, token: dict[str, Any], keys: dict[str, Any], nonce: str) -> Identity:
        issuer, client = self.settings.issuer, self.settings.client_id
        wanted = {
            name: {"essential": True, "value": value} for name, value in (("iss", issuer), ("aud", client))
        }
        known = {"nonce": nonce, "client_id": client, "access_token": token.get("access_token")}
        try:
            read = jwt.decode(str(token.get("id_token")), KeySet.import_key_set(keys), list(ALGORITHMS))  # type: ignore[arg-type]
            claims = CodeIDToken(read.claims, read.header, wanted, known)
            claims.validate(leeway=LEEWAY_SECONDS)
            subject, when = _LINE.validate_python(claims["sub"]), _moment(claims.get("auth_time"))
            roles = claimed_roles(claims, self.settings.roles)
            return Identity(issuer, subject, _name(claims.get("name")), when, roles)
        except (JoseError, ValueError, TypeError, LookupError) as error:
            raise IdentityRefused(type(error).__name__) from None


async def _asked(answering: Awaitable[httpx.Response]) -> dict[str, Any]:
    """What a provider answers. Raises `ProviderUnavailable`."""
    try:
        answer = await answering
        found = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise ProviderUnavailable(type(error).__name__) from None
    if answer.status_code >= 500 or not isinstance(found, dict):
        raise ProviderUnavailable(f"status {answer.status_code}")
    return found


def _name(claim: object) -> str:
    try:
        return _LINE.validate_python(claim)
    except ValidationError:
        return ""


def _moment(claim: object) -> datetime | None:
    """No later than now, whatever the provider's clock says. Raises `ValueError`."""
    if not isinstance(claim, int):
        return None
    try:
        return min(datetime.fromtimestamp(claim, UTC), datetime.now(UTC))
    except (OverflowError, OSError):
        raise ValueError("auth_time") from None
