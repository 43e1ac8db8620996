"""All pages of the nation: figures for everybody, and what people of the directorate do."""

from typing import Final

from fastapi import APIRouter
from jinja2 import Environment

from services.reporting.entrypoints.directorate import Directorate
from services.reporting.pages import national
from shared.accounts.pages import PUBLIC_PAGES, STAFF_PAGES
from shared.accounts.pages.account_pages import AccountPages
from shared.mongo.driver import Store
from shared.pages.done_sentences import DoneSentences

SCOPES_HINT: Final = "figures:read (membaca dan mengunduh angka tepat)."


def front_of(directorate: Directorate, templates: Environment, session_keys: str, name: str) -> AccountPages:
    """`name`: of the directorate; `session_keys` as `SigningKeys`."""
    done = DoneSentences(session_keys)
    return AccountPages(directorate.desk, templates, done, name, national.ZONE, SCOPES_HINT)


def pages(store: Store, front: AccountPages, directorate: Directorate) -> APIRouter:
    """Not in `/openapi.json`, which is for programs."""
    router = APIRouter(include_in_schema=False)
    router.include_router(national.routes(store, front, directorate))
    for public in PUBLIC_PAGES:
        router.include_router(public(front))
    for of_staff in STAFF_PAGES:
        router.include_router(of_staff(front, directorate.desk.access))
    return router
