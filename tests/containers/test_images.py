"""Each image holds one service, runs it as nobody on a root that cannot be written, and can build nothing."""

import subprocess

import pytest

from tests.containers.projects import docker

MODULES = {
    "registration": "services.registration.main",
    "notification": "services.notification.main",
    "reporting": "services.reporting.main",
    "mailbox": "local.mailbox",
}
FOLDERS = {"mailbox": "local"}
PROBE = """
import importlib, os, pathlib, shutil
importlib.import_module({module!r})
print(os.getuid())
print(*sorted(one.name for one in pathlib.Path("services").glob("[a-z]*") if one.is_dir()))
print(*[tool for tool in ("gcc", "cc", "make", "git") if shutil.which(tool)])
try:
    pathlib.Path("/simpul/new").touch()
except OSError as error:
    print(type(error).__name__)
"""


@pytest.fixture(scope="module", params=MODULES)
def image(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    file = f"{FOLDERS.get(name, f'services/{name}')}/Dockerfile"
    docker("build", "--quiet", "--file", file, "--tag", f"simpul-{name}:0.1.0", ".")
    return name


def test_it_holds_its_service_and_no_other(image: str) -> None:
    code = PROBE.format(module=MODULES[image])
    said = docker(
        "run", "--rm", "--read-only", "--cap-drop", "ALL", f"simpul-{image}:0.1.0", "python", "-c", code
    )
    user, services, tools, refused = said.splitlines()
    assert user == "10001"
    assert services.split() == ([] if image == "mailbox" else [image])
    assert tools == ""
    assert refused == "OSError"


def test_it_says_what_it_is_and_how_it_is_well(image: str) -> None:
    told = docker(
        "inspect",
        "--format",
        "{{json .Config.Labels}} {{json .Config.Healthcheck.Test}}",
        f"simpul-{image}:0.1.0",
    )
    assert f"simpul-{image}" in told
    assert "/health/ready" in told


@pytest.mark.parametrize("service", ["registration", "notification", "reporting"])
def test_a_missing_setting_names_itself(service: str) -> None:
    command = ["docker", "run", "--rm", f"simpul-{service}:0.1.0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    wanted = "SIMPUL_DIRECTORATE_TOKEN_HASH" if service == "reporting" else "SIMPUL_STAFF_TOKEN_HASH"
    assert f"{wanted} (missing)" in done.stderr
