"""HTTP as the world speaks it: methods, hosts, origins, types and headers, on every answer."""

import gzip
import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from services.registration.features.gatherings.views import Views
from shared.reasons import REASONS
from tests.component.registration.browser import STAFF, announce
from tests.component.registration.test_staff import staff_at
from tests.support.office import METRICS, PUBLIC_URL, READY, new_office, person
from tests.support.servers import Servers

SUBMIT = "/api/v1/activities/uji/registrations"
JSON, YAML = {"Content-Type": "application/json"}, {"Content-Type": "application/yaml"}
SECURITY = {"content-security-policy", "x-content-type-options", "referrer-policy", "cache-control"}


@pytest_asyncio.fixture(scope="module")
async def client(brokerless: Servers) -> AsyncIterator[httpx.AsyncClient]:
    async with new_office(brokerless) as office, office.registration() as one:
        await announce(one, "uji")
        yield one


@pytest.mark.parametrize(
    "path",
    ["/", "/kegiatan/uji", "/kegiatan/uji/daftar", "/api/v1/activities/uji", "/health/live", READY, METRICS],
)
async def test_head_is_get_without_its_body(client: httpx.AsyncClient, path: str) -> None:
    head, get = await client.head(path), await client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == get.headers["content-type"]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", "GET, HEAD"),
        ("/kegiatan/uji/daftar", "GET, HEAD, POST"),
        ("/batal/x", "GET, HEAD, POST"),
        ("/api/v1/activities", "GET, HEAD, POST"),
        ("/api/v1/activities/uji", "GET, HEAD, PATCH"),
        (SUBMIT, "GET, HEAD, POST"),
        ("/staf/keluar", "POST"),
    ],
)
async def test_what_a_path_does_not_do_names_all_that_it_does(
    client: httpx.AsyncClient, path: str, allowed: str
) -> None:
    for method in ("PUT", "OPTIONS", "TRACE"):
        answer = await client.request(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed), method


async def test_no_redirect_leads_to_another_host_and_other_hosts_are_refused(
    client: httpx.AsyncClient,
) -> None:
    for path in ("/kegiatan/uji/", "/staf/", "/api/v1/activities/uji/"):
        answer = await client.get(path)
        assert (answer.status_code, answer.headers.get("location")) == (404, None)
    for host in ("jahat.example", "office.example.jahat.example", "127.0.0.1", "", "office.example:80@jahat"):
        for path in ("/", "/staf/", "/api/v1/activities/uji", "/masuk"):
            answer = await client.get(path, headers={"Host": host})
            assert answer.status_code == 421, (host, path)
    assert (await client.get("/health/live", headers={"Host": "10.0.0.1:8001"})).status_code == 200
    assert (await client.get("/", headers={"Host": "office.example:443"})).status_code == 200


async def test_every_answer_carries_the_same_headers(client: httpx.AsyncClient) -> None:
    answers = [
        await client.get("/"),
        await client.get("/tiada"),
        await client.get("/staf"),  # a redirect
        await client.get("/api/v1/activities/uji"),
        await client.get("/api/v1/parked"),  # 401
        await client.get("/openapi.json"),
        await client.post(SUBMIT, content=b"x" * 300_000, headers=JSON),  # 413
        await client.get("/", headers={"Host": "jahat.example"}),
        await client.put("/"),
        await client.get("/health/live"),
        await client.get(f"{SUBMIT}?limit=1", headers=STAFF),
    ]
    assert len({answer.status_code for answer in answers}) >= 6
    for answer in answers:
        assert answer.headers.keys() >= SECURITY | {"strict-transport-security"}, answer.status_code
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"


async def test_readiness_and_metrics_are_not_for_the_public(client: httpx.AsyncClient) -> None:
    for path in ("/metrics", "/health/ready"):
        assert (await client.get(path)).status_code == 404
    assert (await client.get(READY)).status_code == 200


async def test_without_a_token_json_alone_changes_anything(client: httpx.AsyncClient) -> None:
    body = httpx.Request("POST", PUBLIC_URL, json=person(1)).content
    for kind in (
        "text/plain",
        "application/yaml",
        "application/x-www-form-urlencoded",
        "",
        "multipart/form-data",
    ):
        answer = await client.post(SUBMIT, content=body, headers={"Content-Type": kind})
        assert (answer.status_code, answer.json()["reason"]) == (415, "unsupported_type"), kind
    for kind in ("application/json", "application/json; charset=utf-8", "APPLICATION/JSON"):
        assert (await client.post(SUBMIT, content=body, headers={"Content-Type": kind})).status_code == 202
    staff = await client.post(SUBMIT, content=body, headers=STAFF | {"Content-Type": "text/plain"})
    assert staff.status_code == 415
    assert (await client.post(SUBMIT, content=body, headers=STAFF | YAML)).status_code in (200, 409)
    ended = await client.post("/api/v1/activities/tiada/cancellation", headers=STAFF)
    assert ended.json()["reason"] == "activity_unknown", "without a body no type is asked for"


async def test_a_byte_order_mark_is_read_over_and_a_compressed_body_is_named(
    client: httpx.AsyncClient,
) -> None:
    body = httpx.Request("POST", PUBLIC_URL, json=person(2)).content
    assert (await client.post(SUBMIT, content=b"\xef\xbb\xbf" + body, headers=JSON)).status_code == 202
    packed = await client.post(
        SUBMIT, content=gzip.compress(body), headers=JSON | {"Content-Encoding": "gzip"}
    )
    assert (packed.status_code, packed.json()["reason"]) == (415, "unsupported_encoding")
    assert "gzip" in packed.json()["detail"]


@pytest.mark.parametrize("origin", ["https://jahat.example", "http://office.example", "null"])
async def test_another_sites_page_changes_nothing_here(client: httpx.AsyncClient, origin: str) -> None:
    foreign = {"Origin": origin}
    for path in (SUBMIT, "/staf/masuk", "/api/v1/activities/uji/attendance"):
        answer = await client.post(path, json=person(3), headers=STAFF | foreign)
        assert answer.status_code == 403, path
    own = await client.post(SUBMIT, json=person(3), headers={"Origin": PUBLIC_URL})
    assert own.status_code == 202


async def test_a_problem_has_a_title_and_a_type_that_leads_to_its_page(client: httpx.AsyncClient) -> None:
    for answer in (await client.get("/api/v1/activities/tiada"), await client.get("/api/v1/parked")):
        problem = answer.json()
        assert problem["title"]
        page = await client.get(problem["type"])
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert problem["title"] in page.text
    assert (await client.get("/masalah/karangan")).status_code == 404
    for reason in REASONS:
        assert (await client.get(f"/masalah/{reason}")).status_code == 200


async def test_a_failure_is_a_page_with_an_id_that_stands_in_the_log(
    brokerless: Servers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(*_: object) -> None:
        raise ZeroDivisionError("Ni Wayan Rahasia")

    async with new_office(brokerless) as office, office.registration() as client:
        monkeypatch.setattr(Views, "state", fails)
        monkeypatch.setattr(Views, "activity", fails)
        page, api = await client.get("/kegiatan/uji"), await client.get("/api/v1/activities/uji")
        assert (page.status_code, api.status_code) == (500, 500)
        assert api.headers["content-type"] == "application/problem+json"
        assert "Ada yang rusak di pihak kami" in page.text
        told = re.search(r"kode ([0-9a-f]{12})", page.text)
        assert told is not None
        assert {told[1], api.json()["id"]} <= {getattr(row, "failure", "") for row in caplog.records}
        assert "Rahasia" not in page.text + api.text
        assert page.headers.keys() >= SECURITY


async def test_a_search_with_a_nul_finds_nobody(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji")
        page = await client.get("/staf/kegiatan/uji")
        csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert csrf is not None
        answer = await client.post("/staf/kegiatan/uji/cari", data={"csrf": csrf[1], "cari": "\x00"})
        assert answer.status_code == 200
