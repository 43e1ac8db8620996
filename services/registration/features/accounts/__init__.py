"""Accounts of an office's staff: who they are, what they may do, and how they sign in."""

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter

from services.registration.features.accounts import notices
from services.registration.features.accounts.accounts_desk import NAME, account_pages, parts, publish_notices
from services.registration.features.accounts.pages import activity_history
from services.registration.kernel.feature import Feature
from services.registration.web.front import OfficePages
from shared.accounts.access import Access
from shared.accounts.accounts_desk import COLLECTIONS
from shared.accounts.pages import PUBLIC_PAGES, STAFF_PAGES
from shared.accounts.pages.account_pages import TEMPLATES, AccountPages


def _public(pages: Callable[[AccountPages], APIRouter]) -> Callable[[OfficePages], APIRouter]:
    return lambda front: pages(account_pages(front))


def _of_staff(
    pages: Callable[[AccountPages, Access], APIRouter],
) -> Callable[[OfficePages, Access], APIRouter]:
    return lambda front, access: pages(account_pages(front), access)


ACCOUNTS: Final = Feature(
    name=NAME,
    commands={},
    facts={},
    kinds={},
    collections={**COLLECTIONS, **notices.COLLECTIONS},
    pages=tuple(map(_public, PUBLIC_PAGES)),
    staff_pages=(*map(_of_staff, STAFF_PAGES), activity_history.routes),
    templates=TEMPLATES,
    parts=parts,
    access=lambda desk: desk.access,
    work=publish_notices,
)
