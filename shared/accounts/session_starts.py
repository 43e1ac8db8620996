"""Begins sessions, with all that goes with one: what its proof brings, and whom it is news to."""

from dataclasses import dataclass
from datetime import datetime

from shared.accounts.domain.session import Proof
from shared.accounts.history import History, history_row
from shared.accounts.sessions import Sessions, digest
from shared.accounts.sign_in_notices import SignInNotices
from shared.mongo.driver import Session, Store


@dataclass(frozen=True, slots=True)
class SessionStarts:
    store: Store
    sessions: Sessions
    history: History
    notices: SignInNotices

    async def begin(
        self, account: str, browser: str, device: str, now: datetime, proof: Proof, stays: datetime | None
    ) -> str:
        """The cookie of a new session. `browser`: what it is known by, whoever signs in there."""

        async def work(session: Session) -> str:
            if proof.roles:
                told = ", ".join(proof.roles)
                await self.history.write(history_row(account, "bring_roles", [account], told), session)
            await self.notices.signed_in(account, digest(browser), device, now, session)
            return await self.sessions.begin(account, device, now, proof, stays, session)

        return await self.store.transaction(work)
