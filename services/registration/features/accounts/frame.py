"""What an office says of itself to the pages of its accounts."""

from collections.abc import Sequence
from typing import Final

from fastapi import Request

from services.registration.features.accounts.domain.permissions import ROLES
from services.registration.features.accounts.domain.scopes import RESERVED, SCOPE, in_scope
from services.registration.kernel.actions import Action, Role
from shared.accounts.domain.account import Account
from shared.accounts.domain.permissions import Grant
from shared.accounts.frame import Frame
from shared.contracts.envelope import OFFICE_STAFF


def _in_scope(scopes: Sequence[str], action: str, activity: str | None, request: Request) -> bool:
    return in_scope(scopes, Action(action), activity, request.query_params.get("source", ""))


FRAME: Final = Frame(
    prefix="/staf",
    home="/staf",
    home_name="Kegiatan",
    enter="Buka ruang kerja",
    house="balai",
    admin="admin balai",
    where=", seluruh balai atau kegiatan ini",
    recorded="juga siapa melihat atau mengunduh data orang. Tidak dapat diubah; disimpan tiga tahun, "
    "dan perubahan selama datanya ada.",
    counted="orang",
    cookie="simpul",
    roles=ROLES,
    token=Account(OFFICE_STAFF, "", "Token balai", "active", (Grant(Role.ADMIN),)),
    in_scope=_in_scope,
    scope=SCOPE,
    reserved=RESERVED,
    all_day=frozenset({Role.PINTU}),
)
SCOPES_HINT: Final = (
    "commands:submit (mendaftarkan), outcomes:/{}/portal (hasil perintah satu sumber), "
    "attendance:kode-kegiatan (mencatat kehadiran)."
)
"""Of an office's code."""
