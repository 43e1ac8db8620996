"""The API of what is decided on single registrations: approval, and the answer to an offer."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from services.registration.features.gatherings.gatherings_desk import gatherings
from services.registration.kernel.actions import Action
from services.registration.web import documented
from services.registration.web.answers import require_found
from services.registration.web.api import STAFF, OfficeApi
from services.registration.web.bodies import body_as
from services.registration.web.documented import body
from shared.accounts.access import SignedIn
from shared.contracts.commands import (
    AcceptOffer,
    ApproveRegistration,
    Command,
    DeclineOffer,
    RejectRegistration,
)
from shared.contracts.types import RegistrationId
from shared.http import NOT_FOUND


def approvals(router: APIRouter, desk: OfficeApi) -> None:
    Approver = Annotated[SignedIn, Depends(desk.access.api(Action.APPROVE_REGISTRATION))]  # noqa: N806
    Seater = Annotated[SignedIn, Depends(desk.access.api(Action.SEAT_REGISTRATION))]  # noqa: N806
    bare: dict[str, Any] = {"responses": STAFF | NOT_FOUND, "openapi_extra": documented.WISHES}
    rejected = body(RejectRegistration, "registration")

    async def answered(command: Command, registration: str, user: SignedIn, request: Request) -> Response:
        views = gatherings(desk).views
        activity = require_found(await views.activity_of(registration), "registration_unknown")
        return await desk.answer(command, activity, desk.asking(request, user))

    @router.post("/registrations/{registration}/approve", **bare)
    async def approve(registration: RegistrationId, user: Approver, request: Request) -> Response:
        return await answered(ApproveRegistration(registration=registration), registration, user, request)

    @router.post("/registrations/{registration}/reject", responses=STAFF | NOT_FOUND, openapi_extra=rejected)
    async def reject(registration: RegistrationId, user: Approver, request: Request) -> Response:
        command = await body_as(RejectRegistration, request, registration=registration)
        return await answered(command, registration, user, request)

    @router.post("/registrations/{registration}/offer/accept", **bare)
    async def accept(registration: RegistrationId, user: Seater, request: Request) -> Response:
        """For whom a seat is offered, as they told staff."""
        return await answered(AcceptOffer(registration=registration), registration, user, request)

    @router.post("/registrations/{registration}/offer/decline", **bare)
    async def decline(registration: RegistrationId, user: Seater, request: Request) -> Response:
        """For whom a seat is offered, as they told staff."""
        return await answered(DeclineOffer(registration=registration), registration, user, request)
