"""Keys of authenticators that are being set up: each of one opened form, and nowhere until it is accepted."""

import base64
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from shared.accounts.domain.one_time_codes import accepted_step
from shared.links import secrets as newest_last


@dataclass(frozen=True, slots=True)
class AuthenticatorSecrets:
    """Derived from a key of the service's, the invitation and the form's own nonce: whoever opened the link
    before saw another. `keys` as `SigningKeys`: the first gives, all are honoured."""

    keys: str = field(repr=False)

    def nonce(self) -> str:
        return secrets.token_urlsafe(16)

    def given(self, invitation: str, nonce: str) -> str:
        """What the form shows."""
        return self._all(invitation, nonce)[0]

    def fitting(self, invitation: str, nonce: str, code: str, now: datetime) -> str | None:
        """The form's, where its authenticator gave this code."""
        found = self._all(invitation, nonce)
        return next((one for one in found if accepted_step(one, code, now, 0) is not None), None)

    def _all(self, invitation: str, nonce: str) -> list[str]:
        told = f"authenticator\x1f{invitation}\x1f{nonce}".encode()
        digests = (hmac.digest(key.encode(), told, "sha256") for key in newest_last(self.keys)[::-1])
        return [base64.b32encode(one[:20]).decode() for one in digests]
