"""What an office's staff may ask of its mails, and what operators watch; no name, no address."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any, cast, get_args

from fastapi import Depends, FastAPI, Path, Query
from pydantic import BaseModel

from services.notification.kernel.deliveries import State
from services.notification.kernel.mail_features import MailFeatures
from services.notification.storage.deliveries import due_again
from services.notification.storage.reading_problems import reading_problems
from shared.doors import Address, RequestGuard
from shared.http import (
    NOT_FOUND,
    UNAUTHORIZED,
    Problem,
    application,
    problem_answer,
)
from shared.mongo.driver import Document, Store
from shared.pages.problems import add_problem_pages, plain
from shared.passes import Passes
from shared.sign_ins import SignIns, require_token

RESEND = UNAUTHORIZED | NOT_FOUND | {409: problem_answer("It was sent, is to be sent, or has expired.")}
FIELDS = ("activity", "registration", "template", "state", "reason", "due", "closed", "tries", "ambiguous")


class DeliveryRow(BaseModel):
    """`registration`: to whom it goes, also the key of another recipient; `activity`: empty where it is of
    none. `label`: how its subject begins. `due` and `closed` in UTC; `codes`: the mail server's answers, null
    where one was lost."""

    id: str
    activity: str
    registration: str
    template: str
    label: str
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


class NewestDeliveries(BaseModel):
    """`total`: how many there are of what was asked for."""

    deliveries: list[DeliveryRow]
    total: int


class DeliveryCounts(BaseModel):
    """`held`: why mails of the office are held up, in sentences for technicians; empty when none are."""

    counts: dict[State, int]
    held: list[str]


BODY_BYTES = 4_000
Name = Annotated[str | None, Query(max_length=63)]


def mail_desk(
    store: Store, features: MailFeatures, token_hash: str, passes: Passes, address: Address, sign_ins: SignIns
) -> FastAPI:
    """Opened by the staff's token, or by the pass of the office's registration. `address`: of registration,
    whose pages are the only ones that may send anything here; services reach it under any name."""
    app = application("Simpul: email")
    add_problem_pages(app, plain)
    app.add_middleware(RequestGuard, address=address, limit=lambda _: BODY_BYTES)

    shown = partial(_row, features)
    staff = [Depends(require_token(token_hash, passes.holds, sign_ins))]

    @app.get("/api/v1/deliveries", dependencies=staff, responses=UNAUTHORIZED)
    async def list_deliveries(
        state: State | None = None,
        activity: Name = None,
        registration: Name = None,
        after: Annotated[str, Query(max_length=200)] = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> DeliveryPage:
        query = _given(state=state, activity=activity, registration=registration)
        if after:
            query["_id"] = {"$gt": after}
        rows = await store["deliveries"].find(query).sort("_id", 1).limit(limit).to_list(limit)
        found = [shown(row) for row in rows]
        return DeliveryPage(deliveries=found, next=found[-1].id if len(found) == limit else None)

    @app.get("/api/v1/deliveries/newest", dependencies=staff, responses=UNAUTHORIZED)
    async def newest(
        state: State | None = None,
        activity: Name = None,
        registration: Name = None,
        skip: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> NewestDeliveries:
        """What falls due last stands first."""
        query = _given(state=state, activity=activity, registration=registration)
        found = store["deliveries"].find(query).sort([("due", -1), ("_id", 1)]).skip(skip).limit(limit)
        total = await store["deliveries"].count_documents(query)
        return NewestDeliveries(deliveries=[shown(row) async for row in found], total=total)

    @app.get("/api/v1/deliveries/counts", dependencies=staff, responses=UNAUTHORIZED)
    async def counts(
        state: Annotated[list[State] | None, Query(max_length=6)] = None, activity: Name = None
    ) -> DeliveryCounts:
        """By state; of these states, or of all."""
        queries = {one: _given(state=one, activity=activity) for one in state or get_args(State)}
        found = {one: await store["deliveries"].count_documents(query) for one, query in queries.items()}
        return DeliveryCounts(counts=found, held=await reading_problems(store))

    @app.post("/api/v1/deliveries/{id}/resend", dependencies=staff, status_code=202, responses=RESEND)
    async def resend(id: Annotated[str, Path(max_length=200)]) -> DeliveryRow:
        """To the address as it is known when the mail goes out."""
        if row := await due_again(store, id, features):
            return shown(row)
        if await store["deliveries"].find_one({"_id": id}) is None:
            raise Problem(404, "not_found", "Email itu tidak ada.")
        raise Problem(
            409,
            "not_resendable",
            "Email ini sudah terkirim, masih menunggu giliran, atau sudah lewat waktunya. Hanya yang gagal, "
            "ditarik, atau tidak pasti sampai yang dapat dikirim lagi.",
        )

    return app


def _given(**wanted: str | None) -> Document:
    return {name: value for name, value in wanted.items() if value is not None}


def _row(features: MailFeatures, row: Document) -> DeliveryRow:
    values = {name: row.get(name) for name in FIELDS}
    codes = [attempt["code"] for attempt in row["attempts"]]
    template = features.templates.get(row["template"])
    label = template.state if template else row["template"]  # a later version's
    return DeliveryRow(id=row["_id"], label=label, codes=codes, **cast(Any, values))
