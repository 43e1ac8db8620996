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
        self,
        account: str,
        browser: str,
        device: str,
        now: datetime,
        proof: Proof,
        stays: datetime | None,
        is_person: bool,
    ) -> str | None:
        """The cookie of a new session. `browser`: what it is known by, whoever signs in there; `is_person`:
        unless it is the one token's. None where the account was disabled meanwhile: both write to its row, so
        that no session begins beside that and lives once it is invited again."""

        async def work(session: Session) -> str | None:
            if is_person and not await self._is_active(account, now, session):
                return None
            if proof.roles:
                told = ", ".join(proof.roles)
                await self.history.write(history_row(account, "bring_roles", [account], told), session)
            await self.notices.signed_in(account, digest(browser), device, now, session)
            return await self.sessions.begin(account, device, now, proof, stays, session)

        return await self.store.transaction(work)

    async def _is_active(self, account: str, now: datetime, session: Session) -> bool:
        which = {"_id": account, "state": "active"}
        done = await self.store["accounts"].update_one(which, {"$set": {"begun": now}}, session=session)
        return bool(done.matched_count)
