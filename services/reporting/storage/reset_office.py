"""Has an office counted from the beginning again: its topic holds another ledger, and that one alone."""

from services.reporting.domain.cursor import Cursor
from services.reporting.storage.comparing import BY_OFFICE
from services.reporting.storage.cursors import document_of
from services.reporting.storage.lease import hold_figures, next_rev_while_held, release_figures
from services.reporting.storage.revisions import mark_changed
from shared.mongo.driver import Session, Store


async def reset_office(store: Store, office: str) -> list[str]:
    """Forget what the office told, in one transaction; within seconds it is read from the beginning.

    Raises `FiguresHeld` (run it again), `LookupError` for an office that nobody has heard of.
    """
    await hold_figures(store)
    try:
        rows = await store.transaction(lambda session: _reset(store, office, session))
    finally:
        await release_figures(store)
    return [f"{rows} rows of figures of {office} are counted anew from the beginning of its facts"]


async def _reset(store: Store, office: str, session: Session) -> int:
    rev = await next_rev_while_held(store, session)
    of_office = {"office": office}
    cursors = await store["cursors"].find(of_office, session=session).to_list(None)
    if not cursors:
        raise LookupError(f"no facts of {office} were ever read")
    rows = await store["roll_ups"].find(of_office, {"_id": 1}, session=session).to_list(None)
    for name in BY_OFFICE:
        await store[name].delete_many(of_office, session=session)
    await store["offices"].delete_one({"_id": office}, session=session)
    for row in cursors:
        begun = document_of(Cursor(office, row["partition"], rebuilt=row["rebuilt"] + 1))
        await store["cursors"].update_one({"_id": row["_id"]}, {"$set": begun}, session=session)
    await mark_changed(store, [row["_id"] for row in rows], rev, session)
    return len(rows)
