"""What participants meet in a browser: activities, the form, its outcome, and leaving again."""

from fastapi import APIRouter

from services.registration.entrypoints.pages import activities, cancelling, form, outcome
from services.registration.entrypoints.pages.front import Front


def pages(front: Front) -> APIRouter:
    """Not in `/openapi.json`, which is for programs."""
    router = APIRouter(include_in_schema=False)
    for part in (activities, form, outcome, cancelling):
        router.include_router(part.routes(front))
    return router
