"""The files for Prometheus and Grafana ask for nothing that the table of metrics does not promise."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.watched import all_told

WATCH = Path(__file__).parents[2] / "deploy" / "watch"
GUIDE = WATCH.parents[1] / "docs" / "operasi.md"
METRIC = re.compile(r"\bsimpul_\w+")
PROMTOOL = shutil.which("promtool")


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load((WATCH / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    return [
        one for one in json.loads((WATCH / "dashboard.json").read_text())["panels"] if one["type"] != "row"
    ]


def asked() -> Iterator[tuple[str, str]]:
    """Every expression, with whose it is."""
    for alert in alerts():
        yield alert["alert"], alert["expr"]
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def test_every_metric_that_is_asked_for_stands_in_the_table() -> None:
    names = {(whose, name) for whose, expression in asked() for name in METRIC.findall(expression)}
    assert len({name for _, name in names}) > 15
    assert {(whose, name) for whose, name in names if name not in all_told()} == set()


def test_only_labels_that_a_metric_has_are_asked_of_it() -> None:
    of_targets = {"office", "service", "instance", "job"}
    for whose, expression in asked():
        names = METRIC.findall(expression)
        has = of_targets.union(*(all_told()[name][1] for name in names), {"alertname"} if not names else ())
        grouped = re.findall(r"(?:by|on) \(([^)]*)\)", expression)
        wanted = {label.strip() for group in grouped for label in group.split(",")}
        wanted |= set(re.findall(r"(\w+)(?:=~|!=|=)\"", expression)) - {"alertstate"}
        assert wanted <= has, whose


def test_every_alarm_says_what_to_do_and_is_tried() -> None:
    tried = (WATCH / "alerts_test.yml").read_text()
    for alert in alerts():
        assert alert["labels"]["severity"] in {"info", "warning", "critical"}
        assert alert["annotations"].keys() == {"summary", "description"}
        assert re.search(rf"\b{alert['alert']}\b", tried), f"{alert['alert']} is not tried in alerts_test.yml"


def test_the_guide_says_of_every_alarm_what_to_do() -> None:
    told = re.findall(r"^\| `(Simpul\w+)` \|", GUIDE.read_text(), re.MULTILINE)
    assert told == [alert["alert"] for alert in alerts()]


def test_no_panel_lies_upon_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel["gridPos"]
        place = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not place & taken, panel["title"]
        assert at["x"] + at["w"] <= 24, panel["title"]
        taken |= place


@pytest.mark.skipif(PROMTOOL is None, reason="no promtool on this machine")
def test_prometheus_reads_its_files_and_the_alarms_ring_when_they_should() -> None:
    for verb, file in (
        (["check", "config"], "prometheus.yml"),
        (["check", "config"], "containers.yml"),
        (["test", "rules"], "alerts_test.yml"),
    ):
        done = subprocess.run(
            [str(PROMTOOL), *verb, file], cwd=WATCH, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
