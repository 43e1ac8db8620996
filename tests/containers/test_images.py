"""Each image holds one service, runs it as nobody on a root that cannot be written, and can build nothing."""

import subprocess

import pytest

from tests.containers.projects import SERVICES, docker, image

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


@pytest.mark.parametrize("name", SERVICES)
def test_it_holds_its_service_and_no_other(name: str) -> None:
    code = PROBE.format(module=SERVICES[name][1])
    said = docker("run", "--rm", "--read-only", "--cap-drop", "ALL", image(name), "python", "-c", code)
    user, services, tools, refused = said.splitlines()
    assert user == "10001"
    assert services.split() == ([] if name == "mailbox" else [name])
    assert tools == ""
    assert refused == "OSError"


@pytest.mark.parametrize("name", SERVICES)
def test_it_says_what_it_is_and_how_it_is_well(name: str) -> None:
    labels = "{{json .Config.Labels}} {{json .Config.Healthcheck.Test}}"
    told = docker("inspect", "--format", labels, image(name))
    assert f"simpul-{name}" in told
    assert "/health/ready" in told


@pytest.mark.parametrize("service", ["registration", "notification", "reporting"])
def test_a_missing_setting_names_itself(service: str) -> None:
    command = ["docker", "run", "--rm", image(service)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    wanted = "SIMPUL_DIRECTORATE_TOKEN_HASH" if service == "reporting" else "SIMPUL_STAFF_TOKEN_HASH"
    assert f"{wanted} (missing)" in done.stderr
