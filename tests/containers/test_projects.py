"""The compose file as four projects: a backbone, the nation, and offices that come, go and grow alone."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.containers.projects import DIRECTORATE_TOKEN, Project, docker, leftovers, network, until

NATIONAL = "SIMPUL_NATIONAL_PORT"
ACTIVITY = {
    "id": "rakor", "title": "Rapat koordinasi uji", "kind": "rakor",
    "sessions": [{"id": "s1", "title": "Pertemuan 1", "zone": "WIB", "regency": "51.03", "jp": 4,
                  "starts": "2030-03-01T08:00:00+07:00", "ends": "2030-03-01T12:00:00+07:00"}],
    "quotas": [{"id": "semua", "seats": 10_000}],
    "opens": "2024-01-01T00:00:00+07:00", "closes": "2030-03-01T00:00:00+07:00",
}  # fmt: skip


@dataclass
class Cluster:
    folder: Path
    nation: Project
    mailbox: str

    def office(self, code: str) -> Project:
        return Project(
            code, self.folder / code, "office", {"SIMPUL_OFFICE": code, "SIMPUL_MAILS_PER_MINUTE": "6000"}
        )

    def figures(self) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {DIRECTORATE_TOKEN}"}
        answer = httpx.get(
            f"{self.nation.url(NATIONAL)}/api/v1/figures?by=office", headers=headers, timeout=10
        )
        answer.raise_for_status()
        return {row["office"]: row["confirmed"] for row in answer.json()["rows"]}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("projects")
    backbone = Project("backbone", folder / "backbone", "backbone,mailbox")
    nation = Project("nation", folder / "nation", "nation")
    with network():
        try:
            backbone.up()
            nation.up()
            yield Cluster(folder, nation, backbone.url("SIMPUL_MAILBOX_PORT"))
        finally:
            nation.down()
            backbone.down()
    assert leftovers() == []


@pytest.fixture(scope="module")
def offices(cluster: Cluster) -> Iterator[tuple[Project, Project]]:
    bali, sumbar = cluster.office("bali"), cluster.office("sumbar")
    try:
        for office in (bali, sumbar):
            office.up()
            announce(office)
        yield bali, sumbar
    finally:
        for office in (bali, sumbar):
            office.down()


def announce(office: Project) -> None:
    assert ask(office, "/api/v1/activities", ACTIVITY, "terbit") == 200


def register(office: Project, number: int) -> int:
    body = {
        "participant": {"name": f"Ni Made Contoh {number}", "email": f"made{number}@sekolah.example"},
        "category": "guru",
    }
    return ask(office, "/api/v1/activities/rakor/registrations", body, f"uji-{number}")


def ask(office: Project, path: str, body: Any, key: str) -> int:
    """The status of a decision; while it is unknown the same is asked again, whichever instance is there."""
    desks, deadline = office.desks, time.monotonic() + 90
    while time.monotonic() < deadline:
        for desk in desks:
            with suppress(httpx.TransportError):
                status = desk.post(path, json=body, headers={"Idempotency-Key": key}).status_code
                if status not in (202, 503):
                    return status
        time.sleep(0.3)
    raise AssertionError("no decision in time")


def test_who_registers_is_counted_by_the_nation(cluster: Cluster, offices: tuple[Project, Project]) -> None:
    for office in offices:
        assert register(office, 1) == 200
    until(lambda: cluster.figures() == {"bali": 1, "sumbar": 1})


def test_an_office_that_is_away_disturbs_nobody_and_its_silence_is_told(
    cluster: Cluster, offices: tuple[Project, Project]
) -> None:
    bali, sumbar = offices
    sumbar.run("stop")
    assert register(bali, 2) == 200
    until(lambda: cluster.figures() == {"bali": 2, "sumbar": 1})
    page = httpx.get(cluster.nation.url(NATIONAL), timeout=10).text
    assert page.count("Data terakhir <time") == 2
    assert httpx.get(f"{cluster.nation.url(NATIONAL)}/health/ready").status_code == 200
    sumbar.run("up", "-d", "--wait")
    assert register(sumbar, 2) == 200
    until(lambda: cluster.figures() == {"bali": 2, "sumbar": 2})


def test_offices_work_on_without_the_nation_which_catches_up(
    cluster: Cluster, offices: tuple[Project, Project]
) -> None:
    before = cluster.figures()
    cluster.nation.run("stop")
    for office in offices:
        assert [register(office, number) for number in range(10, 15)] == [200] * 5
    cluster.nation.run("up", "-d", "--wait")
    until(lambda: cluster.figures() == {office: confirmed + 5 for office, confirmed in before.items()})


def test_a_third_office_joins_with_a_file_and_a_command(
    cluster: Cluster, offices: tuple[Project, Project]
) -> None:
    third = cluster.office("bali2")
    file = third.folder.parent / "offices"
    file.mkdir()
    described = (Path(__file__).parents[2] / "offices/bali.yaml").read_text()
    (file / "bali2.yaml").write_text(described.replace("code: bali", "code: bali2"))
    third.setting("SIMPUL_OFFICES", str(file))
    try:
        third.up()
        announce(third)
        assert register(third, 1) == 200
        until(lambda: cluster.figures().get("bali2") == 1)
    finally:
        third.down()


def test_one_of_two_instances_is_killed_under_load(
    cluster: Cluster, offices: tuple[Project, Project]
) -> None:
    bali, _ = offices
    before = cluster.figures()["bali"]
    bali.run("up", "-d", "--wait", "--scale", "registration=2", "--scale", "notification=2")
    with ThreadPoolExecutor(8) as clients:
        asked = clients.map(lambda number: register(bali, number), range(1_000, 1_200))
        for service in ("registration", "notification"):
            first = bali.run("ps", "--quiet", service).split()[0]
            docker("kill", first)
        assert list(asked) == [200] * 200
    until(lambda: cluster.figures()["bali"] == before + 200)
    until(lambda: len(mails_to(cluster, "made1")) >= 200, 180)
    assert len(set(mails_to(cluster, "made1"))) == len(mails_to(cluster, "made1"))


def mails_to(cluster: Cluster, beginning: str) -> list[str]:
    """Delivery ids of the mails that the mailbox took for these people."""
    mails = httpx.get(f"{cluster.mailbox}/api/v1/messages", timeout=30).json()
    return [mail["headers"]["X-Simpul-Delivery"] for mail in mails if mail["to"].startswith(beginning)]
