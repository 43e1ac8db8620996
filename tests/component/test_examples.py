"""The examples for integrators, run as they stand against an office's registration."""

import asyncio
import base64
import shutil
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from shared.signatures import PublicKeys, command_parts
from tests.support.deployment import deployment
from tests.support.office import activity, new_office
from tests.support.servers import Servers

pytestmark = [pytest.mark.broker, pytest.mark.once]
EXAMPLES = Path(__file__).parents[2] / "examples"
KEPT = EXAMPLES.parent / ".kafka" / "maven-of-examples"


async def run(*command: str | Path) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *map(str, command), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def built(folder: Path) -> str:
    """The class path of the Java example, compiled by Maven as its page says."""
    shutil.copytree(EXAMPLES / "java", folder / "java")
    maven = ["mvn", "-q", "-B", f"-Dmaven.repo.local={KEPT}", "-f", folder / "java/pom.xml"]
    code, said = await run(*maven, "compile", "dependency:copy-dependencies")
    assert code == 0, said
    return f"{folder}/java/target/classes:{folder}/java/target/dependency/*"


@pytest.mark.skipif(
    not (shutil.which("mvn") and shutil.which("javac")), reason="no Maven or no Java compiler"
)
async def test_a_regional_system_in_java(servers: Servers, tmp_path: Path) -> None:
    classes = await built(tmp_path)
    public, *files = await keys(tmp_path)
    async with AsyncExitStack() as stack:
        office = await stack.enter_async_context(new_office(servers))
        granted = {"key": public, "may": ["registration.submit"]}
        office.grants = {f"/{office.code}/java": granted}
        await stack.enter_async_context(office.registration())
        await office.put(activity("rakor", seats=1), "rakor")
        command = [
            "java",
            "-cp",
            classes,
            "id.simpul.contoh.RegionalSystem",
            servers.kafka,
            office.code,
            "rakor",
            *files,
        ]
        for _ in range(2):  # the same again is the same command
            code, said = await run(*command)
            assert code == 0, said
            assert f"simpul.{office.code}.intake.v1" in said
        await office.at_rest()
        kinds = [fact["type"] for fact in await office.facts() if fact.get("activity") == "rakor"]
        assert kinds == ["activity.published", "registration.confirmed"]


async def keys(folder: Path) -> tuple[str, Path, Path]:
    """A system's key as `openssl` makes it: public in base64, private in PEM, public in DER."""
    pem, der = folder / "portal.pem", folder / "portal.der"
    for made in (
        ["genpkey", "-algorithm", "ed25519", "-out", pem],
        ["pkey", "-in", pem, "-pubout", "-outform", "DER", "-out", der],
    ):
        code, said = await run("openssl", *made)
        assert code == 0, said
    return base64.b64encode(der.read_bytes()[-32:]).decode(), pem, der


async def test_registering_with_curl(servers: Servers, tmp_path: Path) -> None:
    async with deployment(servers, tmp_path) as running:
        registration = await running.start("registration", "services.registration.main")
        await running.office.put(activity("rakor", seats=1), "rakor")
        script = EXAMPLES / "curl/daftar.sh"
        first = await run(script, registration.url, "rakor", "wayan.contoh@sekolah.example")
        assert first[0] == 0, first
        assert '"result":"confirmed"' in first[1], first
        assert await run(script, registration.url, "rakor", "wayan.contoh@sekolah.example") == first
        code, said = await run(script, registration.url, "tidak-ada", "wayan.contoh@sekolah.example")
        assert code == 1, said
        assert "activity_unknown" in said, said


async def test_a_signature_by_openssl_holds(tmp_path: Path) -> None:
    (public, pem, _), value = await keys(tmp_path), tmp_path / "perintah.json"
    value.write_bytes('{"activity":"rakor","nama":"Dé"}\n'.encode())
    named = ("rakor", "/bali/portal", "portal-1", "id.simpul.registration.submit.v1")
    code, said = await run(EXAMPLES / "curl/tanda-tangan.sh", pem, *named, value)
    assert code == 0, said
    held = PublicKeys.of([public])
    parts = command_parts(b"rakor", *named[1:], value.read_bytes())
    assert held.hold(said.strip().encode(), parts)
    assert not held.hold(said.strip().encode(), [*parts[:-1], b"{}"])
