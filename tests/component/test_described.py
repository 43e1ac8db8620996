"""What registration says of its API, held to what it does."""

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from tests.support.office import STAFF_TOKEN, activity, new_office, person
from tests.support.servers import Servers

STAFF = {"Authorization": f"Bearer {STAFF_TOKEN}", "Prefer": "wait=20"}
SUBMIT = "/api/v1/activities/{activity}/registrations"
ANSWERS = {"200", "202", "409", "422", "503"}


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from references(one)


async def test_bodies_and_answers_are_as_described(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        described = (await client.get("/openapi.json")).json()
        for path in ("/docs", "/redoc"):
            assert (await client.get(path)).status_code == 404, "no page that loads what others serve"
        assert {ref.rsplit("/", 1)[1] for ref in references(described)} <= described["components"][
            "schemas"
        ].keys()
        paths = described["paths"]
        for path, method in (
            ("/api/v1/activities", "post"),
            ("/api/v1/activities/{activity}", "patch"),
            ("/api/v1/activities/{activity}/cancellation", "post"),
            ("/api/v1/activities/{activity}/attendance", "post"),
            (SUBMIT, "post"),
        ):
            content = paths[path][method]["requestBody"]["content"]
            assert content.keys() == {"application/json", "application/yaml"}, path
            assert paths[path][method]["responses"].keys() >= ANSWERS, path
        assert paths["/api/v1/activities"]["post"]["security"] == [{"token": []}]
        assert "security" not in paths[SUBMIT]["post"]

        schema = paths[SUBMIT]["post"]["requestBody"]["content"]["application/json"]["schema"]
        jsonschema.validate(person(1), schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(person(1, activity="uji"), schema)
        named = activity("uji", seats=1).model_dump(mode="json", exclude_none=True)
        publish = paths["/api/v1/activities"]["post"]["requestBody"]["content"]["application/json"]
        jsonschema.validate(named, publish["schema"])
        answer = await client.post("/api/v1/activities", json=named, headers=STAFF)
        outcome = described["components"]["schemas"]["Outcome"] | {"components": described["components"]}
        jsonschema.validate(answer.json(), outcome)
        refused = await client.post("/api/v1/activities", json=named, headers=STAFF)
        problem = paths["/api/v1/activities"]["post"]["responses"]["409"]["content"]
        assert list(problem) == [refused.headers["content-type"]]
        jsonschema.validate(refused.json(), problem["application/problem+json"]["schema"])
