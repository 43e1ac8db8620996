"""The fault matrix: every row by its name."""

from proof.faults import processes
from proof.faults.row import Row

ROWS: dict[str, Row] = {
    "kill-rotation": Row(processes.rotation),
    "kill-before-transaction": Row(processes.killed_at("registration", "before-transaction")),
    "kill-in-transaction": Row(processes.killed_at("registration", "in-transaction")),
    "kill-after-commit": Row(processes.killed_at("registration", "after-commit")),
    "kill-half-published": Row(processes.killed_at("registration", "half-published")),
    "kill-before-pointer": Row(processes.killed_at("registration", "before-pointer")),
    "kill-before-data": Row(processes.killed_at("notification", "before-data"), main=False),
    "kill-after-data": Row(processes.killed_at("notification", "after-data")),
    "kill-before-fold": Row(processes.killed_at("notification", "before-fold"), main=False),
    "kill-before-count": Row(processes.killed_at("reporting", "before-count"), main=False),
    "kill-after-count": Row(processes.killed_at("reporting", "after-count"), main=False),
    "zombie-at-rest": Row(processes.zombie_at_rest("registration"), main=False),
    "zombie-in-transaction": Row(processes.zombie_at("registration", "in-transaction")),
    "zombie-before-transaction": Row(processes.zombie_at("registration", "before-transaction"), main=False),
    "zombie-after-commit": Row(processes.zombie_at("registration", "after-commit"), main=False),
    "zombie-half-published": Row(processes.zombie_at("registration", "half-published")),
    "zombie-notification": Row(processes.zombie_at("notification", "after-data"), main=False),
    "zombie-reporting": Row(processes.zombie_at_rest("reporting"), main=False),
}
