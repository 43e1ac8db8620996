"""The span of a request: where a trace begins."""

from typing import Final

from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, StatusCode, Tracer, use_span
from opentelemetry.util.types import Attributes
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ASKING: Final = {"POST", "PUT", "PATCH", "DELETE"}


class Requests:
    """ASGI middleware. A trace begins here, whatever context a stranger sent along."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self._app, self._tracer = app, tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ASKING:
            await self._app(scope, receive, send)
            return
        method: str = scope["method"]
        said: Attributes = {"http.request.method": method}
        span = self._tracer.start_span(method, Context(), SpanKind.SERVER, said)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                span.set_attribute("http.response.status_code", message["status"])
                if message["status"] >= 500:
                    span.set_status(StatusCode.ERROR)
            await send(message)

        with use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            try:
                await self._app(scope, receive, answer)
            except Exception:
                span.set_status(StatusCode.ERROR)
                raise
            finally:
                if route := _route(scope):
                    span.update_name(f"{method} {route}")
                    span.set_attribute("http.route", route)


def _route(scope: Scope) -> str | None:
    """The whole path as the service declares it; FastAPI's own place for it, else the router's part."""
    route = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    path: str | None = getattr(route, "path_format", None)
    return path
