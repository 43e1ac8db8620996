"""What a feature makes of the office that it runs in: the stores and ways in that its routes work with."""

from dataclasses import dataclass, field

from services.registration.kernel.actions import RoleClaims
from services.registration.kernel.command_client import CommandClient, OutcomesPort
from services.registration.kernel.feature import OfficeStore
from services.registration.kernel.features import Features
from shared.sign_ins import SignIns


@dataclass(frozen=True, slots=True)
class HourlyLimits:
    """How often the public may submit in an hour, from one mailbox and from one network address."""

    per_email: int
    per_address: int


@dataclass(frozen=True, slots=True)
class OpenIdSettings:
    """The provider of OpenID Connect by which staff sign in, and what the office is there. `name`: what
    people call an account of it; `roles`: that its claims give."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    roles: RoleClaims = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignInSettings:
    """How an office's staff sign in. `token_hash`: SHA-256 of its one token; `session_keys`: sign the forms
    of who signed in; `public_url`: of its pages; `sign_ins`: counts attempts, and makes who fails wait;
    `openid`: None where there is no provider."""

    token_hash: str
    session_keys: str
    public_url: str
    sign_ins: SignIns
    openid: OpenIdSettings | None = None


@dataclass(frozen=True, slots=True)
class OfficeContext:
    """The same on real adapters and on their twins. `key`: of digests, and of ids that are derived."""

    of: OfficeStore
    features: Features
    command_client: CommandClient
    outcomes: OutcomesPort
    key: bytes
    limits: HourlyLimits
    sign_in: SignInSettings
