"""The compose file as four projects: a backbone, the nation, and offices that come, go and grow alone."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.containers.load import Load
from tests.containers.people import announce, register
from tests.containers.projects import (
    DIRECTORATE_TOKEN,
    RELEASE,
    TREE,
    Project,
    docker,
    image,
    network,
    run,
    standing,
    until,
)

NATIONAL = "SIMPUL_NATIONAL_PORT"
ADDRESSES = """
import os, socket, urllib.parse as parse
print(*socket.gethostbyname_ex(parse.urlsplit(os.environ["SIMPUL_NOTIFICATION_URL"]).hostname)[2])
"""
WITHOUT_MAILS = 'db.getSiblingDB("simpul_bali2_notification").dropDatabase()'


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

    def mails(self) -> int:
        """How many the mailbox took."""
        return int(httpx.get(f"{self.mailbox}/health/ready", timeout=10).json()["mails"])


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("projects")
    backbone = Project("backbone", folder / "backbone", "backbone,mailbox")
    nation = Project("nation", folder / "nation", "nation")
    before = standing()
    with network():
        try:
            backbone.up()
            nation.up()
            yield Cluster(folder, nation, backbone.url("SIMPUL_MAILBOX_PORT"))
        finally:
            nation.down()
            backbone.down()
    assert standing() <= before


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


def test_who_registers_is_counted_by_the_nation(cluster: Cluster, offices: tuple[Project, Project]) -> None:
    for office in offices:
        assert register(office, 1) == 200
    until(lambda: cluster.figures() == {"bali": 1, "sumbar": 1})


def test_each_office_asks_its_own_notification(offices: tuple[Project, Project]) -> None:
    for office in offices:
        asked = office.run("exec", "-T", "registration", "python", "-c", ADDRESSES).split()
        assert len(asked) == 1
        assert "ok     mails on the desk" in office.run("exec", "-T", "registration", "simpul", "check")


def test_an_office_that_is_away_disturbs_nobody_and_its_silence_is_told(
    cluster: Cluster, offices: tuple[Project, Project]
) -> None:
    bali, sumbar = offices
    sumbar.run("stop")
    assert register(bali, 2) == 200
    until(lambda: cluster.figures() == {"bali": 2, "sumbar": 1})
    page = httpx.get(cluster.nation.url(NATIONAL), timeout=10).text
    assert page.count("Data terakhir <time") == 2
    assert '"ready"' in cluster.nation.readiness("reporting")
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


@pytest.fixture(scope="module")
def third(cluster: Cluster) -> Iterator[Project]:
    """An office made of a file and a command."""
    office = cluster.office("bali2")
    file = office.folder.parent / "offices"
    file.mkdir()
    described = (TREE / "offices/bali.yaml").read_text()
    (file / "bali2.yaml").write_text(described.replace("code: bali", "code: bali2"))
    office.setting("SIMPUL_OFFICES", str(file))
    try:
        office.up()
        announce(office)
        yield office
    finally:
        office.down()


def test_a_third_office_joins(cluster: Cluster, third: Project) -> None:
    assert register(third, 1) == 200
    until(lambda: cluster.figures().get("bali2") == 1)


def test_a_database_comes_back_from_its_archive(cluster: Cluster, third: Project) -> None:
    third.run("stop", "registration", "notification")
    restore(third, back_up(third))
    third.run("up", "-d", "--wait")
    assert register(third, 2) == 200
    until(lambda: cluster.figures()["bali2"] == 2)


def test_an_archive_of_a_running_office_is_older_than_its_log_and_says_so(
    cluster: Cluster, third: Project
) -> None:
    with ThreadPoolExecutor() as one:
        during = one.submit(register, third, 3)
        archive = back_up(third)
        assert during.result() == 200
    assert register(third, 4) == 200
    until(lambda: cluster.figures()["bali2"] == 4)
    restore(third, archive)
    third.run("up", "-d")
    until(lambda: "the database is older than its log; run `simpul recover`" in readiness(third))


def test_what_such_an_archive_lacks_comes_back_from_the_log(cluster: Cluster, third: Project) -> None:
    """The guide's steps."""
    third.run("stop", "registration", "notification")
    third.run("exec", "-T", "office-mongo", "mongosh", "--quiet", "--eval", WITHOUT_MAILS)
    provisioned = ("run", "--rm", "-T", "registration-provision", "simpul")
    third.run(*provisioned, "provision", "office", "bali2")
    assert "facts came back" in third.run(*provisioned, "recover")
    mails = cluster.mails()
    third.run("up", "-d", "--wait")
    assert register(third, 5) == 200
    until(lambda: (cluster.figures()["bali2"], cluster.mails()) == (5, mails + 1))


def test_an_office_that_ends_stays_in_the_figures(cluster: Cluster, third: Project) -> None:
    third.run("down")
    assert cluster.figures()["bali2"] == 5
    said = cluster.nation.run("exec", "-T", "reporting", "simpul", "rebuild", "reporting", "--check")
    assert "documents are what the facts add up to" in said


def back_up(office: Project) -> Path:
    archive = office.folder / "office-mongo.tar.gz"
    run("deploy/backup", office.env, "office-mongo", str(archive))
    return archive


def restore(office: Project, archive: Path) -> None:
    run("deploy/restore", office.env, "office-mongo", str(archive))


def readiness(office: Project) -> str:
    """What the office's first instance says of itself; nothing while it does not answer."""
    with suppress(AssertionError):
        return office.readiness("registration")
    return ""


def test_one_of_two_instances_is_killed_under_load(
    cluster: Cluster, offices: tuple[Project, Project]
) -> None:
    bali, _ = offices
    before, mails = cluster.figures()["bali"], cluster.mails()
    bali.run("up", "-d", "--wait", "--scale", "registration=2", "--scale", "notification=2")
    with ThreadPoolExecutor(8) as clients:
        asked = clients.map(lambda number: register(bali, number), range(1_000, 1_200))
        for service in ("registration", "notification"):
            first = bali.run("ps", "--quiet", service).split()[0]
            docker("kill", first)
        assert list(asked) == [200] * 200
    until(lambda: cluster.figures()["bali"] == before + 200)
    assert_mailed_once(cluster, 200, mails)


def test_an_upgrade_goes_from_instance_to_instance_under_load(
    cluster: Cluster, offices: tuple[Project, Project]
) -> None:
    bali, _ = offices
    bali.run("up", "-d", "--wait", "--scale", "registration=2", "--scale", "notification=2")
    before, mails, load = cluster.figures()["bali"], cluster.mails(), Load(bali, 20_000)
    with released(bali, "uji"), load.running():
        for service in ("registration", "notification"):
            run("deploy/roll", bali.env, service)
        assert versions(bali) == {"uji": 4}
    print(dict(load.answers))
    assert load.answers.keys() <= {"200", "202", "503 with Retry-After", "passed on"}
    until(lambda: cluster.figures()["bali"] == before + load.answers["200"])
    assert_mailed_once(cluster, load.answers["200"], mails)


def versions(office: Project) -> Counter[str]:
    """Releases that instances of an office run, with how many."""
    ran = office.run("ps", "--format", "{{.Service}} {{.Image}}").split("\n")
    return Counter(
        one.rpartition(":")[2] for one in ran if one.startswith(("registration ", "notification "))
    )


@contextmanager
def released(office: Project, release: str) -> Iterator[None]:
    """The office's images once more, under the name of another release that its settings ask for."""
    for service in ("registration", "notification"):
        docker("tag", image(service), image(service, release))
    office.setting("SIMPUL_VERSION", release)
    try:
        yield
    finally:
        office.setting("SIMPUL_VERSION", RELEASE)
        docker("rmi", "--force", *(image(service, release) for service in ("registration", "notification")))


def assert_mailed_once(cluster: Cluster, people: int, after: int) -> None:
    """Each of them has one mail since the mailbox had the first `after`."""
    until(lambda: cluster.mails() >= after + people, 180)
    mails = httpx.get(f"{cluster.mailbox}/api/v1/messages?after={after}", timeout=60).json()
    deliveries = {mail["headers"]["X-Simpul-Delivery"] for mail in mails}
    assert len(mails) == len(deliveries) == len({mail["to"] for mail in mails}) == people
