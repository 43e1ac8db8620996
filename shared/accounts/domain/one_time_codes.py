"""Codes of a second factor: of an authenticator by time (RFC 6238), and those kept on paper."""

import secrets
from datetime import datetime
from typing import Final

import pyotp

STEP_SECONDS: Final = 30
RECOVERY_CODES: Final = 10


def address(secret: str, email: str, issuer: str) -> str:
    """What an authenticator reads from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def accepted_step(secret: str, code: str, now: datetime, last: int) -> int | None:
    """Which step of time a code is of, now or one before or after; None for a wrong one, and for one that was
    used: steps up to the `last` are over."""
    digits, totp = code.replace(" ", ""), pyotp.TOTP(secret)
    current = int(now.timestamp()) // STEP_SECONDS
    for step in (current - 1, current, current + 1):
        if step > last and totp.verify(digits, for_time=step * STEP_SECONDS):
            return step
    return None


def new_recovery_codes() -> list[str]:
    """To be shown once. Each is 80 bits, so that its digest needs no slow hash."""
    whole = [pyotp.random_base32(32)[:16].lower() for _ in range(RECOVERY_CODES)]
    return ["-".join(one[at : at + 4] for at in range(0, 16, 4)) for one in whole]


def plain_recovery_code(typed: str) -> str:
    return "".join(sign for sign in typed.lower() if sign.isalnum())


def new_token() -> str:
    """Of an invitation."""
    return secrets.token_urlsafe(32)
