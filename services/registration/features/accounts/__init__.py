"""Accounts of an office's staff: who they are, what they may do, and how they sign in."""

from pathlib import Path
from typing import Final

from services.registration.features.accounts import (
    accounts,
    api_tokens,
    challenges,
    credentials,
    history,
    notices,
    sessions,
)
from services.registration.features.accounts.accounts_desk import NAME, parts, publish_notices
from services.registration.features.accounts.pages import (
    devices,
    invitation,
    management,
    openid,
    passkey_sign_in,
    passkeys,
    proof,
    sign_in,
    tokens,
)
from services.registration.features.accounts.pages import history as history_pages
from services.registration.kernel.feature import Feature

ACCOUNTS: Final = Feature(
    name=NAME,
    commands={},
    facts={},
    kinds={},
    collections={
        **accounts.COLLECTIONS,
        **sessions.COLLECTIONS,
        **notices.COLLECTIONS,
        **credentials.COLLECTIONS,
        **challenges.COLLECTIONS,
        **history.COLLECTIONS,
        **api_tokens.COLLECTIONS,
    },
    pages=(sign_in.door, invitation.routes, openid.routes, passkey_sign_in.routes),
    staff_pages=(
        sign_in.routes,
        devices.routes,
        passkeys.routes,
        proof.routes,
        management.routes,
        tokens.routes,
        history_pages.routes,
    ),
    templates=Path(__file__).with_name("templates"),
    parts=parts,
    access=lambda desk: desk.access,
    work=publish_notices,
)
