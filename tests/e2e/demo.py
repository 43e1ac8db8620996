"""A demo as a person starts it, in a folder of its own, so that it runs beside any other."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from pathlib import Path
from secrets import token_hex

from local.addresses import DemoAddresses, Ports
from local.machine import is_free

TREE = Path(__file__).parents[2]
STAYS_UP = "Everything stays up until Ctrl-C."


@dataclass
class Demo:
    """`folder` stands for the tree: the demo writes its `.simpul` there."""

    folder: Path
    ports: Ports
    options: tuple[str, ...] = ()
    mark: str = field(default_factory=lambda: f"SIMPUL_E2E_{token_hex(8)}")

    def start(self) -> "Demo":
        self.folder.mkdir(exist_ok=True)
        with suppress(FileExistsError):
            (self.folder / "offices").symlink_to(TREE / "offices")
        self.process = self._spawn()
        return self

    @property
    def simpul(self) -> Path:
        return self.folder / ".simpul"

    @property
    def addresses(self) -> DemoAddresses:
        return DemoAddresses.read(self.simpul / "demo.json")

    @property
    def output(self) -> str:
        return self._output.read_text()

    def said(self, words: str, within: float) -> None:
        """Return when it has printed `words`."""
        deadline = time.monotonic() + within
        while words not in self.output:
            assert self.process.poll() is None, f"it ended before it said {words!r}:\n{self.output}"
            assert time.monotonic() < deadline, f"it did not say {words!r} in {within} s:\n{self.output}"
            time.sleep(0.1)

    def ended(self, within: float) -> int:
        """Its exit code."""
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it did not end in {within} s:\n{self.output}") from None

    def alive(self) -> list[int]:
        """Every process that came of it, however far down: each inherits its mark."""
        return [int(one.name) for one in Path("/proc").glob("[0-9]*") if self._is_marked(one)]

    def child(self, *words: str) -> int:
        """The one process that has all `words` in its command or its environment."""

        def tells(pid: int) -> str:
            return "".join(
                Path(f"/proc/{pid}/{name}").read_text(errors="replace") for name in ("cmdline", "environ")
            )

        [found] = [pid for pid in self.alive() if all(word in tells(pid) for word in words)]
        return found

    def listening(self) -> list[int]:
        return [port for port in astuple(self.ports) if not is_free(port)]

    def leave_nothing(self) -> None:
        """End it, whatever state a test left it in."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(30)
        for pid in self.alive():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @property
    def _output(self) -> Path:
        return self.folder / f"{self.mark}.out"

    def _is_marked(self, process: Path) -> bool:
        with suppress(OSError):  # it ended meanwhile, or is another user's
            return self.mark.encode() in (process / "environ").read_bytes()
        return False

    def _spawn(self) -> "subprocess.Popen[bytes]":
        ports = [
            part
            for name in Ports.names()
            for part in (f"--port-{name.replace('_', '-')}", str(getattr(self.ports, name)))
        ]
        # as under make, where it ends with who started it
        env = os.environ | {"MAKELEVEL": "1", "E2E_MARK": self.mark, "COLUMNS": "80"}
        with self._output.open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "local.demo", *ports, *self.options],
                cwd=self.folder,
                env=env,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
