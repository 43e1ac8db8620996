"""How people sign in at a service, as its settings say."""

from dataclasses import dataclass, field

from shared.accounts.domain.claims import RoleClaims
from shared.sign_ins import SignIns


@dataclass(frozen=True, slots=True)
class OpenIdSettings:
    """The provider of OpenID Connect by which people sign in, and what the service is there. `name`: what
    people call an account of it; `roles`: that its claims give."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    roles: RoleClaims = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignInSettings:
    """`token_hash`: SHA-256 of the service's one token; `session_keys`: sign the forms of who signed in;
    `public_url`: of its pages; `sign_ins`: counts attempts, and makes who fails wait; `openid`: None where
    there is no provider."""

    token_hash: str
    session_keys: str
    public_url: str
    sign_ins: SignIns
    openid: OpenIdSettings | None = None
