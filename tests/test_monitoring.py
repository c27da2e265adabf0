"""What deploy/ has for Prometheus and Grafana speaks of metrics that exist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from ingestion.system import ROOT
from tests import applications

ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
CONFIG = ROOT / "deploy" / "prometheus" / "prometheus.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "quire.json"
#: What a family of each type is called where it is asked for.
ENDINGS = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"], "info": ["_info"], "gauge": [""]}


def rules() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(ALERTS.read_text())["groups"][0]["rules"]
    return found


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    return [panel for panel in found if panel["type"] != "row"]


def test_every_metric_of_dashboard_and_alerts_is_scraped(environment: dict[str, str]):
    with TestClient(applications.api()) as api:
        families = list(text_string_to_metric_families(api.get("/metrics").text))
    there = {family.name + ending for family in families for ending in ENDINGS[family.type]}
    shown = {target["expr"] for panel in panels() for target in panel["targets"]}
    named = {
        name
        for expression in shown | {rule["expr"] for rule in rules()}
        for name in re.findall(r"\bquire_\w+", expression)
    }

    assert len(named) > 20
    assert named <= there


def test_each_alert_says_what_is_wrong_and_what_to_do():
    section = (ROOT / "docs" / "troubleshooting.md").read_text()
    for rule in rules():
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["runbook"].startswith('docs/troubleshooting.md, "Alerts": ')
        assert f"`{rule['alert']}`" in section


def test_the_dashboard_is_one_that_grafana_takes():
    board = json.loads(DASHBOARD.read_text())
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in board["panels"]]

    assert board["schemaVersion"] >= 36
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    assert len(set(places)) == len(places)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in board["panels"])


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed (Debian's package prometheus)")
@pytest.mark.parametrize(("what", "file"), [("rules", ALERTS), ("config", CONFIG)])
def test_prometheus_takes_its_files(what: str, file: object):
    told = subprocess.run(["promtool", "check", what, str(file)], capture_output=True, text=True, check=False)

    assert told.returncode == 0, told.stdout + told.stderr
