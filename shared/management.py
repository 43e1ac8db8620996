"""The side of a service for those who watch over it: readiness and metrics, on a port of their own."""

from collections.abc import Awaitable, Callable
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Readiness = Callable[[], Awaitable[list[str]]]
"""Says in sentences why the service is not ready; an empty list when it is."""


def management(
    ready: Readiness,
    metrics: CollectorRegistry,
    role: Callable[[], str] | None = None,
    warnings: Callable[[], list[str]] = list,
) -> Starlette:
    """`role`: what this one of several instances does now; `warnings`: sentences about what is to be mended
    though the service is ready."""

    async def readiness(_: Request) -> Response:
        reasons = await ready()
        body: dict[str, Any] = {"status": "not ready" if reasons else "ready", "reasons": reasons}
        if told := warnings():
            body["warnings"] = told
        if role is not None:
            body["role"] = role()
        return JSONResponse(body, 503 if reasons else 200)

    async def measured(_: Request) -> Response:
        return Response(generate_latest(metrics), media_type=CONTENT_TYPE_LATEST)

    async def live(_: Request) -> Response:
        return JSONResponse({"status": "live"})

    routes = {"/health/live": live, "/health/ready": readiness, "/metrics": measured}
    return Starlette(routes=[Route(path, answer) for path, answer in routes.items()])
