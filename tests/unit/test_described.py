"""Every service says what its HTTP side does, and shows it with no page that loads what others serve."""

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.notification.mail_desk import mail_desk
from services.reporting.main import public
from services.reporting.settings import ReportingSettings
from shared.doors import Address
from shared.mongo.driver import connect
from shared.passes import Passes
from shared.sign_ins import SignIns
from tests.support.features import MAILS
from tests.support.office import SESSION_KEYS


def notification() -> FastAPI:
    store, passes = connect("mongodb://127.0.0.1:1", "none"), Passes("bali", f"k1:{'cd' * 32}")
    address = Address.of("http://127.0.0.1:8001", any_host=True)
    return mail_desk(store, MAILS, "0" * 64, passes, address, SignIns(CollectorRegistry()))


def reporting() -> FastAPI:
    settings = ReportingSettings(directorate_token_hash="0" * 64, session_keys=SESSION_KEYS)
    return public(settings, connect("mongodb://127.0.0.1:1", "none"), SignIns(CollectorRegistry()))


@pytest.mark.parametrize(
    ("app", "paths"),
    [
        (notification, {f"/api/v1/deliveries{rest}" for rest in ("", "/newest", "/counts", "/{id}/resend")}),
        (reporting, {f"/api/v1/figures{ending}" for ending in ("", ".csv", ".xlsx")}),
    ],
)
async def test_the_description_is_served_and_nothing_else(app, paths: set[str]) -> None:  # type: ignore[no-untyped-def]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app()), base_url="http://127.0.0.1") as client:
        described = (await client.get("/openapi.json")).json()
        assert described["paths"].keys() == paths
        for path in paths:
            for method, does in described["paths"][path].items():
                assert list(does["responses"]["422"]["content"]) == ["application/problem+json"]
                answer = await client.request(method, path, params={"limit": "x", "from": "x"})
                assert answer.status_code in (401, 422)
                assert answer.headers["content-type"] == "application/problem+json"
        assert [(await client.get(page)).status_code for page in ("/docs", "/redoc")] == [404, 404]
