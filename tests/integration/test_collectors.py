"""Where there is nobody to take traces, or nothing to send them with."""

import asyncio
import subprocess
import sys
from pathlib import Path
from time import monotonic

import httpx
import pytest

from shared.http import application
from shared.tracing.spans import EXPORT_SECONDS, FLUSH_SECONDS, Traced
from tests.support.collector import Collector
from tests.support.waiting import until
from tests.unit.test_settings import WHOLE

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def call(traced: Traced, times: int) -> None:
    began = monotonic()
    for _ in range(times):
        with traced.calling("mail confirmed", PARENT):
            pass
        assert monotonic() - began < EXPORT_SECONDS, "it is held up"


def close(traced: Traced) -> None:
    began = monotonic()
    traced.close()
    assert monotonic() - began < FLUSH_SECONDS + 1


async def test_a_collector_that_does_not_answer_holds_nothing_up_and_fills_no_memory() -> None:
    with Collector() as collector:
        collector.answers.clear()
        traced = Traced("notification", "bali", collector.endpoint)
        call(traced, 10_000)
        close(traced)
        collector.answers.set()

        async def all_came() -> bool:
            before = len(collector.bodies)
            await asyncio.sleep(0.5)
            return len(collector.bodies) == before > 0

        await until(all_came)
        assert 2_048 <= len(collector.spans()) < 5_000


def test_one_that_is_away_costs_no_more_than_the_flush() -> None:
    traced = Traced("notification", "bali", "http://127.0.0.1:9")
    call(traced, 10)
    close(traced)


def test_an_end_sends_what_waits() -> None:
    with Collector() as collector:
        traced = Traced("notification", "bali", f"{collector.endpoint}/")
        call(traced, 10)
        traced.close()
        assert len(collector.spans()) == 10


async def test_a_request_that_fails_is_told_without_its_path_and_words() -> None:
    app = application("Uji")

    @app.post("/hasil/{token}")
    async def _fail(token: str) -> None:
        raise ValueError(f"kanari {token}")

    with Collector() as collector:
        traced = Traced("registration", "bali", collector.endpoint)
        traced.watch(app)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
            for method in ("GET", "POST"):
                await client.request(method, "/hasil/rahasia?cari=kanari", json={"nama": "kanari"})
        traced.close()
        (seen,) = collector.spans()
        assert (seen.span.name, seen.span.status.code) == ("POST /hasil/{token}", 2)
        assert not any(word in body for word in (b"kanari", b"rahasia") for body in collector.bodies)


@pytest.mark.parametrize("service", ["registration", "notification", "reporting"])
def test_without_the_packages_it_says_so_at_the_start(service: str, tmp_path: Path) -> None:
    lacking = "import sys; sys.modules['opentelemetry.exporter'] = None; import runpy; "
    run = f"runpy.run_module('services.{service}.main', run_name='__main__')"
    (tmp_path / "bali.yaml").write_text(Path("offices/bali.yaml").read_text())
    env = WHOLE | {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.example:4318"}
    env["SIMPUL_OFFICE_FILE"] = str(tmp_path / "bali.yaml")
    done = subprocess.run(
        [sys.executable, "-c", lacking + run], env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    told = done.stderr.splitlines()
    assert len(told) == 1
    assert "OTEL_EXPORTER_OTLP_ENDPOINT is set" in told[0]
    assert "pip install --editable '.[traces]'" in told[0]
