"""Tests in containers: `make test-containers` alone runs them, skipped by name where no docker answers."""

import os
import shutil
import subprocess

import pytest

from tests.containers.projects import SERVICES, docker, image

ASKED = "SIMPUL_TEST_CONTAINERS" in os.environ
collect_ignore_glob = [] if ASKED else ["test_*.py"]


def answers() -> bool:
    if not shutil.which("docker"):
        return False
    return subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="session", autouse=True)
def _docker() -> None:
    if not answers():
        pytest.skip("no docker answers on this machine")


@pytest.fixture(scope="session", autouse=True)
def _images(_docker: None) -> None:
    """As the tree is now: of what did not change, docker keeps the layers."""
    for name, (folder, _) in SERVICES.items():
        docker("build", "--quiet", "--file", f"{folder}/Dockerfile", "--tag", image(name), ".")
