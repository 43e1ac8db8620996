"""The fault matrix: every row by its name."""

from proof.faults import loads, logs, machine, mail, network, processes, servers
from proof.faults.network import everything, kafka, mongo, smtp
from proof.faults.row import Row
from proof.system import BROKER_DISK, MONGOD_DISK
from shared.contracts import topics

ROWS: dict[str, Row] = {
    "kill-rotation": Row(processes.rotation),
    "kill-before-transaction": Row(processes.killed_at("registration", "before-transaction")),
    "kill-in-transaction": Row(processes.killed_at("registration", "in-transaction")),
    "kill-after-commit": Row(processes.killed_at("registration", "after-commit")),
    "kill-half-published": Row(processes.killed_at("registration", "half-published")),
    "kill-before-pointer": Row(processes.killed_at("registration", "before-pointer")),
    "kill-before-data": Row(processes.killed_at("notification", "before-data"), runs="all"),
    "kill-after-data": Row(processes.killed_at("notification", "after-data")),
    "kill-before-fold": Row(processes.killed_at("notification", "before-fold"), runs="all"),
    "kill-before-count": Row(processes.killed_at("reporting", "before-count"), runs="all"),
    "kill-after-count": Row(processes.killed_at("reporting", "after-count"), runs="all"),
    "zombie-at-rest": Row(processes.zombie_at_rest("registration"), runs="all"),
    "zombie-before-transaction": Row(processes.zombie_at("registration", "before-transaction"), runs="all"),
    "zombie-in-transaction": Row(processes.zombie_at("registration", "in-transaction")),
    "zombie-after-commit": Row(processes.zombie_at("registration", "after-commit"), runs="all"),
    "zombie-half-published": Row(processes.zombie_at("registration", "half-published")),
    "zombie-before-pointer": Row(processes.zombie_at("registration", "before-pointer"), runs="all"),
    "zombie-notification": Row(processes.zombie_at("notification", "after-data"), runs="all"),
    "zombie-reporting": Row(processes.zombie_at_rest("reporting"), runs="all"),
    "broker-killed": Row(servers.killed(servers.broker), kafka=True),
    "broker-restarted": Row(servers.restarted(servers.broker), runs="all", kafka=True),
    "broker-stopped": Row(servers.paused(servers.broker), seconds=30, runs="all"),
    "mongod-killed": Row(servers.killed(servers.mongod), alone=True),
    "mongod-stopped": Row(servers.paused(servers.mongod), seconds=10, runs="all"),
    "primary-stepped-down": Row(servers.stepped_down),
    "cut-kafka": Row(network.cut(kafka), seconds=5),
    "cut-mongo": Row(network.cut(mongo), seconds=5),
    "cut-smtp": Row(network.cut(smtp), seconds=5, runs="all"),
    "cut-everything": Row(network.cut(everything), seconds=5, runs="all", alone=True),
    "flap-kafka": Row(network.flapping(kafka), runs="all"),
    "flap-mongo": Row(network.flapping(mongo)),
    "one-way-kafka": Row(network.one_way(kafka), seconds=9),
    "one-way-mongo": Row(network.one_way(mongo), seconds=9, runs="all"),
    "one-way-smtp": Row(network.one_way(smtp), seconds=9, runs="all"),
    "latency": Row(network.slow(everything, latency=0.1), seconds=8),
    "bandwidth": Row(network.slow(everything, bandwidth=3 * network.MEGABIT), seconds=8, runs="all"),
    "reset-kafka": Row(network.resets(kafka)),
    "reset-mongo": Row(network.resets(mongo)),
    "sweep-commit": Row(network.swept(mongo, network.is_commit, 25)),
    "sweep-produce": Row(network.swept(kafka, network.is_produce, 25)),
    "sweep-every-commit-byte": Row(network.swept(mongo, network.is_commit, None), runs="named"),
    "sweep-every-produce-byte": Row(network.swept(kafka, network.is_produce, None), runs="named"),
    "smtp-421": Row(mail.mood("421", 0.7), seconds=6, runs="all"),
    "smtp-450": Row(mail.mood("450", 0.7), seconds=6),
    "smtp-452": Row(mail.mood("452", 0.7), seconds=6, runs="all"),
    "smtp-550": Row(mail.mood("550", 0.5), seconds=6),
    "smtp-greylist": Row(mail.mood("greylist"), seconds=8, runs="all"),
    "smtp-stall": Row(mail.mood("stall", 0.3), seconds=8),
    "smtp-drop-kept": Row(mail.mood("drop-kept", 0.5), seconds=6),
    "smtp-drop-lost": Row(mail.mood("drop-lost", 0.5), seconds=6),
    "smtp-one-connection": Row(mail.mood("one-connection"), seconds=6, runs="all"),
    "rebalance-storm": Row(machine.storm(60), runs="all"),
    "rebalance-gusts": Row(machine.storm(8)),
    "duplicates": Row(logs.repeated(topics.intake, 0.2, 3)),
    "intake-again": Row(logs.repeated(topics.intake, 1, 1), runs="all"),
    "facts-again": Row(logs.repeated(topics.facts, 1, 1)),
    "group-set-back": Row(logs.group_set_back, runs="all"),
    "notification-emptied": Row(logs.notification_emptied, runs="all"),
    "restored": Row(logs.restored, runs="all", kafka=True, alone=True),
    # the embedded broker makes a topic that is asked for by name, with partitions of its own
    "facts-lost": Row(logs.facts_lost, seconds=3, kafka=True, alone=True),
    "office-away": Row(loads.office_away, seconds=12, runs="all"),
    "burst": Row(loads.rush(6), runs="all"),
    "burst-of-a-minute": Row(loads.rush(60), runs="named"),
    "readers-away": Row(loads.readers_away(2_000), runs="all"),
    "readers-away-100000": Row(loads.readers_away(100_000), runs="named", alone=True),
    "cancel-30000": Row(loads.cancelled, runs="named", alone=True),
    "raise-by-10000": Row(loads.raised, runs="named", alone=True),
    "little-memory": Row(machine.little_memory, seconds=12, runs="all"),
    "disk-full-mongod": Row(
        machine.full_disk(MONGOD_DISK), runs="all", alone=True, disks=True, lacks=machine.no_disks
    ),
    "disk-full-broker": Row(
        machine.full_disk(BROKER_DISK), runs="all", kafka=True, alone=True, disks=True, lacks=machine.no_disks
    ),
    "clock-registration": Row(
        machine.wrong_clock("registration"), 8, runs="all", kafka=True, lacks=machine.no_clock
    ),
    "clock-notification": Row(
        machine.wrong_clock("notification"), 8, runs="all", kafka=True, lacks=machine.no_clock
    ),
    "clock-reporting": Row(
        machine.wrong_clock("reporting"), 8, runs="all", kafka=True, lacks=machine.no_clock
    ),
}
