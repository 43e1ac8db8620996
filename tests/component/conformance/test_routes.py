"""Every route of every service against what its own description says, by schemathesis with all its checks."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
import pytest_asyncio

from local.processes import Processes
from services.notification.provision import provision_office
from services.reporting.cli import provision_national
from shared.contracts.commands import SubmitRegistration
from tests.component.conformance import pages
from tests.support.deployment import Deployment, deployment
from tests.support.office import DIRECTORATE_TOKEN, STAFF_TOKEN, activity, person
from tests.support.servers import ServerRoom
from tests.support.waiting import until

pytestmark = [pytest.mark.broker, pytest.mark.once]

CONFIG = Path(__file__).with_name("schemathesis.toml")
# a form that does not fit is a page that says so, and a filter that does not fit is left out
LENIENT = "negative_data_rejection,positive_data_acceptance,missing_required_header"
SEED = "1945"  # what `make test` sees must not change from run to run


DOORS = {
    "registration": ("/staf/masuk", "sandi", STAFF_TOKEN),
    "reporting": ("/masuk", "sandi", DIRECTORATE_TOKEN),
}
"""Where somebody signs in, in which field, with what."""


class Site(NamedTuple):
    url: str
    routes: list[pages.Route]
    known: dict[str, str]
    session: str


@pytest_asyncio.fixture(scope="module")
async def system(
    _broker_is_possible: None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Deployment]:
    """All three services and the mailbox as processes, on servers of their own."""
    folder = tmp_path_factory.mktemp("conformance")
    with Processes(folder / "servers") as processes:
        servers = await ServerRoom(folder, processes).servers()
        async with deployment(servers, folder) as made:
            await provision_office(made.office.code, servers.mongo, "motor", made.office.kafka)
            await provision_national(servers.mongo, "motor", made.office.kafka)
            await made.start_mailbox()
            for service in ("registration", "notification", "reporting"):
                await made.start(service, f"services.{service}.main")
            yield made


async def checked(url: str, examples: int, token: str = STAFF_TOKEN) -> None:
    await run_schemathesis(f"{url}/openapi.json", examples, "--header", f"Authorization: Bearer {token}")


async def run_schemathesis(description: str, examples: int, *options: str) -> None:
    """Fails with schemathesis's own report."""
    command = ["-m", "schemathesis.cli", "--config-file", str(CONFIG), "run", description, *options]
    run = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        *("--checks", "all", "--no-color", "--max-examples", str(examples), "--seed", SEED),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await run.communicate()
    assert run.returncode == 0, said.decode()


@pytest.mark.parametrize("service", ["registration", "notification", "reporting"])
async def test_a_service_answers_as_it_says(system: Deployment, service: str) -> None:
    token = DIRECTORATE_TOKEN if service == "reporting" else STAFF_TOKEN
    await checked(system.services[service].url, 10, token)


async def test_the_mailbox_answers_as_it_says(system: Deployment) -> None:
    await checked(system.mailbox_url, 10)


async def signed_in(url: str, door: str, field: str, token: str) -> str:
    """The session as a header of requests."""
    async with httpx.AsyncClient(base_url=url) as client:
        answer = await client.post(door, data={field: token})
    assert answer.status_code == 303
    return answer.headers["set-cookie"].partition(";")[0]


async def mark(url: str, path: str, cookie: str) -> str:
    async with httpx.AsyncClient(base_url=url, headers={"Cookie": cookie}) as client:
        page = (await client.get(path)).text
    return unescape(re.search(r'name="csrf" value="([^"]+)"', page)[1])  # type: ignore[index]


@pytest_asyncio.fixture(scope="module")
async def sites(system: Deployment) -> dict[str, Site]:
    """Registration with an activity and somebody in it, and the nation; each with who signed in."""
    office = system.office
    await office.put(activity("uji", 3), "uji")
    submit = SubmitRegistration.model_validate({"activity": "uji"} | person(1))
    outcome = await office.outcome("uji", await office.put(submit, "uji"))
    desk, nation = (system.services[name].url for name in ("registration", "reporting"))
    staff = await signed_in(desk, *DOORS["registration"])
    directorate = await signed_in(nation, *DOORS["reporting"])
    known = {
        "activity": "uji",
        "registration": outcome["data"]["registration"],
        "csrf": await mark(desk, "/staf", staff),
        "hadir": outcome["data"]["registration"],
    }
    national = {"csrf": await mark(nation, "/", directorate), "code": office.code}

    async def counted() -> bool:
        async with httpx.AsyncClient(base_url=nation, verify=False) as client:
            return (await client.get(f"/balai/{office.code}")).status_code == 200

    await until(counted)
    return {
        "registration": Site(desk, pages.of_registration(), known, staff),
        "reporting": Site(nation, pages.of_reporting(), national, directorate),
    }


@pytest.mark.parametrize("service", ["registration", "reporting"])
async def test_pages_answer_with_pages_whatever_is_asked(
    sites: dict[str, Site], service: str, tmp_path: Path
) -> None:
    site = sites[service]
    description = tmp_path / "pages.json"
    description.write_text(json.dumps(pages.described(site.routes, site.known)))
    options = ("--url", site.url, "--header", f"Cookie: {site.session}", "--exclude-checks", LENIENT)
    await run_schemathesis(str(description), 5, *options)


@pytest.mark.parametrize("service", ["registration", "reporting"])
async def test_every_form_wants_our_own_page_and_every_door_is_shut(
    sites: dict[str, Site], service: str
) -> None:
    site = sites[service]
    cookie = await signed_in(site.url, *DOORS[service])  # the other may have been signed out by a test
    csrf = await mark(site.url, "/staf" if service == "registration" else "/", cookie)
    session, foreign = {"Cookie": cookie}, {"Origin": "https://jahat.example"}
    async with httpx.AsyncClient(base_url=site.url) as client:
        for route in site.routes:
            path = route.at(site.known)
            if route.behind_the_door:
                outside = await client.request(route.method, path)
                assert (outside.status_code, outside.headers["location"][-6:]) == (303, "/masuk"), route
            if route.behind_the_door and route.method == "POST":
                unmarked = await client.post(path, headers=session)
                assert unmarked.status_code == 403, route
            if route.method == "POST":
                sent = {"csrf": csrf}
                elsewhere = await client.post(path, headers=session | foreign, data=sent)
                assert elsewhere.status_code == 403, route
