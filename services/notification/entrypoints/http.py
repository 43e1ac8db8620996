"""What an office's staff may ask of its mails, and what operators watch; no name, no address."""

from datetime import datetime
from typing import Annotated, Any, cast

from fastapi import Depends, FastAPI, Query
from prometheus_client import CollectorRegistry
from pydantic import BaseModel

from services.notification.domain.deliveries import State
from services.notification.domain.templates import Template
from shared.http import UNAUTHORIZED, Readiness, add_health, application, require_token
from shared.mongo.driver import Document, Store

FIELDS = ("activity", "registration", "template", "state", "reason", "due", "closed", "tries", "ambiguous")


class DeliveryRow(BaseModel):
    """`due` and `closed` in UTC; `codes`: the mail server's answers, null where one was lost."""

    id: str
    activity: str
    registration: str
    template: Template
    state: State
    reason: str | None = None
    due: datetime
    closed: datetime | None = None
    tries: int
    ambiguous: int
    codes: list[int | None]


class DeliveryPage(BaseModel):
    """`next`: hand it in as `after` for what follows; null at the end."""

    deliveries: list[DeliveryRow]
    next: str | None = None


def mail_desk(store: Store, token_hash: str, ready: Readiness, metrics: CollectorRegistry) -> FastAPI:
    app = application("Simpul: email")
    add_health(app, ready, metrics)

    @app.get("/api/v1/deliveries", dependencies=[Depends(require_token(token_hash))], responses=UNAUTHORIZED)
    async def list_deliveries(
        state: State | None = None,
        activity: Annotated[str | None, Query(max_length=63)] = None,
        after: Annotated[str, Query(max_length=200)] = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> DeliveryPage:
        wanted = {"state": state, "activity": activity}
        query: Document = {name: value for name, value in wanted.items() if value is not None}
        if after:
            query["_id"] = {"$gt": after}
        rows = await store["deliveries"].find(query).sort("_id", 1).limit(limit).to_list(limit)
        found = [_row(row) for row in rows]
        return DeliveryPage(deliveries=found, next=found[-1].id if len(found) == limit else None)

    return app


def _row(row: Document) -> DeliveryRow:
    values = {name: row.get(name) for name in FIELDS}
    codes = [attempt["code"] for attempt in row["attempts"]]
    return DeliveryRow(id=row["_id"], codes=codes, **cast(Any, values))
