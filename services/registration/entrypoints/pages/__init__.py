"""What people meet in a browser: participants the form and its outcome, staff their desk."""

from fastapi import APIRouter

from services.registration.entrypoints.pages import (
    activities,
    attendance,
    cancelling,
    downloads,
    enrolment,
    form,
    importing,
    mails,
    outcome,
    persons,
    publishing,
    registering,
    roster,
    running,
    staff,
    twins,
)
from services.registration.entrypoints.pages.front import Front
from services.registration.entrypoints.pages.session import Sessions


def pages(front: Front, sessions: Sessions) -> APIRouter:
    """Not in `/openapi.json`, which is for programs."""
    router = APIRouter(include_in_schema=False)
    for part in (activities, form, outcome, cancelling):
        router.include_router(part.routes(front))
    desk = (staff, roster, registering, enrolment, attendance, importing, mails, persons, twins)
    for part_of_desk in (*desk, downloads, running, publishing):
        router.include_router(part_of_desk.routes(front, sessions))
    return router
