"""What people meet in a browser: participants the form and its outcome, staff their desk."""

from fastapi import APIRouter

from services.registration import home
from services.registration.kernel.features import Features
from services.registration.web.front import OfficePages
from shared.accounts.access import Access


def pages(front: OfficePages, access: Access, features: Features) -> APIRouter:
    """Not in `/openapi.json`, which is for programs. The public's first."""
    router = APIRouter(include_in_schema=False)
    for routes in (page for feature in features.features for page in feature.pages):
        router.include_router(routes(front))
    desk = (page for feature in features.features for page in feature.staff_pages)
    for desk_routes in (home.routes, *desk):
        router.include_router(desk_routes(front, access))
    return router
