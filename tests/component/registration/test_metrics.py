"""What operators see of an office's registration."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

from shared.contracts.commands import SubmitRegistration
from tests.support.office import METRICS, new_office, person
from tests.support.servers import Servers
from tests.support.waiting import until
from tests.support.watched import shown, told


async def values(client: httpx.AsyncClient, name: str, label: str) -> dict[str, float]:
    families = text_string_to_metric_families((await client.get(METRICS)).text)
    return {row.labels[label]: row.value for one in families for row in one.samples if row.name == name}


async def test_the_table_of_metrics_tells_what_registration_shows(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:

        async def claimed() -> bool:
            rows = await values(client, "simpul_partition_claimed", "partition")
            return len(rows) == office.partitions and all(rows.values())

        await until(claimed)
        assert shown((await client.get(METRICS)).text) == told("registration")


async def test_refused_commands_and_parked_records_are_counted_by_reason(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        before = await values(client, "simpul_commands_refused_total", "reason")
        assert set(before.values()) == {0.0}
        command = SubmitRegistration.model_validate(person(1) | {"activity": "tiada"})
        for _ in range(2):
            await office.put(command, "tiada")
        await office.put(command, "tiada", "satu")
        await office.put(command, "tiada", "satu")  # the same once more is no second refusal
        await office.put_raw(b"tiada", b"{", [])
        await office.at_rest()
        refused = await values(client, "simpul_commands_refused_total", "reason")
        assert {reason: count for reason, count in refused.items() if count} == {"activity_unknown": 3}
        parked = await values(client, "simpul_records_parked_total", "reason")
        assert {reason: count for reason, count in parked.items() if count} == {"unreadable": 1}
        ages = await values(client, "simpul_intake_oldest_seconds", "partition")
        assert set(ages.values()) == {0.0}
