"""What the directorate says of itself to the pages of its accounts, and how its people are invited."""

from collections.abc import Sequence
from typing import Final

from fastapi import Request

from services.reporting.domain.permissions import DEEDS, ROLES, SCOPE, Role, in_scope
from shared.accounts.domain.account import Account
from shared.accounts.domain.permissions import Grant
from shared.accounts.frame import Frame
from shared.accounts.history import History
from shared.accounts.invitations import Invitations, invitations
from shared.mongo.driver import Store


def _in_scope(scopes: Sequence[str], action: str, activity: str | None, request: Request) -> bool:
    return in_scope(scopes, action)


FRAME: Final = Frame(
    prefix="",
    home="/",
    home_name="Rekapitulasi",
    enter="Buka rekapitulasi",
    house="direktorat",
    admin="pengelola akun direktorat",
    where="",
    recorded="juga siapa membaca lewat API atau mengunduh angka tepat. Tidak dapat diubah; "
    "disimpan tiga tahun.",
    counted="baris",
    cookie="simpul-direktorat",
    roles=ROLES,
    token=Account("directorate", "", "Token direktorat", "active", (Grant(Role.MENGELOLA),)),
    in_scope=_in_scope,
    scope=SCOPE,
)


def directorate_invitations(store: Store, public_url: str) -> Invitations:
    """Nobody mails their links: the nation's service sends no mails."""
    return invitations(store, History(store, DEEDS), public_url, FRAME)
