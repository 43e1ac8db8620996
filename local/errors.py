"""What may go wrong on one machine, each told in one sentence that a person can act on."""


class LocalError(Exception):
    """Something outside the product keeps it from running here; its text is the sentence."""


class PortInUse(LocalError):
    def __init__(self, port: int, wanted_by: str) -> None:
        super().__init__(
            f"Port {port}, wanted by {wanted_by}, is in use: "
            "stop what runs there (another demo?), or choose another port."
        )


class AlreadyRunning(LocalError):
    def __init__(self, folder: str) -> None:
        super().__init__(f"Another demo writes to {folder}; stop that one first.")


class NoEmbeddedServers(LocalError):
    def __init__(self, why: str) -> None:
        super().__init__(
            f"The embedded servers do not run on this machine ({why}); "
            "start everything in containers instead, with: docker compose up"
        )


class DiskFull(LocalError):
    def __init__(self, folder: str, free: int, needed: int) -> None:
        super().__init__(
            f"The disk under {folder} is full: {free // 2**20} MB are free, {needed // 2**20} MB are needed."
        )


class ChildDied(LocalError):
    """A process ended that should not have.

    `name` is the process, `last_lines` the end of its log.
    """

    def __init__(self, name: str, status: int, last_lines: str) -> None:
        self.name = name
        self.last_lines = last_lines
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        super().__init__(f"{name} {how}; its last lines:\n{last_lines or '(it wrote none)'}")


class NotReady(LocalError):
    def __init__(self, name: str, seconds: float, last_lines: str) -> None:
        super().__init__(
            f"{name} was not ready within {seconds:g} s; its last lines:\n{last_lines or '(it wrote none)'}"
        )
