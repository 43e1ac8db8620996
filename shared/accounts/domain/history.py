"""What the history tells: who did what, to whom or what, and when; also who only looked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

ACCOUNT_DEEDS: Final[Mapping[str, str]] = {
    "export_history": "mengunduh riwayat",
    "invite_account": "mengundang akun",
    "accept_invitation": "menerima undangan akun",
    "change_grants": "mengubah peran akun",
    "bring_roles": "membawa peran dari luar untuk akun",
    "disable_account": "menonaktifkan akun",
    "end_sessions": "mengakhiri semua sesi akun",
    "make_token": "membuat token program",
    "revoke_token": "mencabut token program",
    "add_passkey": "menambah kunci sandi",
    "remove_passkey": "menghapus kunci sandi",
}
"""By the name of what is done to accounts, in words."""
COMMAND_LINE: Final = "simpul"
"""The actor of whoever types the `simpul` command on the service's own machine."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`what` in words; `about`: keys of what it was done to, an activity (`a:`), registration (`r:`), person
    (`p:`) or account (`u:`); `query`: what was looked for, why
    something was done, and of an account what it may do from then on; `count`: how many were found."""

    at: datetime
    actor: str
    what: str
    about: tuple[str, ...] = ()
    query: str = ""
    count: int | None = None

    def named(self, prefix: str) -> str:
        """The id of the thing of this kind that it is about, if any."""
        found = (key.removeprefix(prefix) for key in self.about if key.startswith(prefix))
        return next(found, "")


def page(sources: Sequence[Sequence[Entry]], skip: int, limit: int) -> list[Entry]:
    """A page of several sources together, the newest first; each gives at least its newest `skip + limit`."""
    together = sorted((entry for source in sources for entry in source), key=lambda one: one.at, reverse=True)
    return together[skip : skip + limit]
