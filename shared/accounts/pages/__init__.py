"""The pages of accounts, made of what a service puts around them."""

from typing import Final

from shared.accounts.pages import (
    devices,
    history,
    invitation,
    management,
    openid,
    passkey_sign_in,
    passkeys,
    proof,
    sign_in,
    tokens,
)

PUBLIC_PAGES: Final = (sign_in.door, invitation.routes, openid.routes, passkey_sign_in.routes)
"""For whoever is not signed in."""
STAFF_PAGES: Final = (
    sign_in.routes,
    devices.routes,
    passkeys.routes,
    proof.routes,
    management.routes,
    tokens.routes,
    history.routes,
)
