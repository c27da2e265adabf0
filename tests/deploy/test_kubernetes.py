"""The manifests as `kubectl` renders them: of the right shape, shut in, and pointing at one another."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from rq import Queue
from sqlalchemy import text

from ingestion import broker, db, queue
from ingestion.background import table
from tests.commandline import claim, posted
from tests.deploy.declared import DEPLOY

Manifest = dict[str, Any]

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not on this machine")


@cache
def rendered(folder: str = "") -> list[Manifest]:
    command = ["kubectl", "kustomize", DEPLOY / "kubernetes" / folder]
    return list(yaml.safe_load_all(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


def named(kind: str) -> dict[str, Manifest]:
    return {one["metadata"]["name"]: one for one in rendered() if one["kind"] == kind}


def workloads() -> dict[str, Manifest]:
    return named("Deployment") | named("Job")


def pod(workload: Manifest) -> Manifest:
    return workload["spec"]["template"]


def test_kubernetes_knows_every_field():
    validate = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed")
    for manifest in rendered("base"):
        validate.validate(manifest, validate.latest_version(), strict=True)

    assert len(rendered()) > len(rendered("base"))


def test_no_namespace_is_chosen_for_the_operator():
    assert not [one["metadata"] for one in rendered() if "namespace" in one["metadata"]]


def test_every_pod_is_as_restricted_as_the_standard_asks():
    for workload in workloads().values():
        spec = pod(workload)["spec"]
        (container,) = spec["containers"]
        assert (spec["securityContext"]["runAsNonRoot"], spec["securityContext"]["runAsUser"]) == (True, 10001)
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert (spec["automountServiceAccountToken"], spec["enableServiceLinks"]) == (False, False)
        assert {"requests", "limits"} == set(container["resources"])


def test_every_selector_finds_the_pods_of_one_workload():
    labels = {name: pod(workload)["metadata"]["labels"] for name, workload in workloads().items()}
    selectors = [one["spec"]["selector"] for one in named("Service").values()]
    selectors += [
        one["spec"]["selector"]["matchLabels"]
        for kind in ("Deployment", "PodDisruptionBudget")
        for one in named(kind).values()
    ]
    for selector in selectors:
        assert len([name for name, has in labels.items() if selector.items() <= has.items()]) == 1, selector


def test_what_pods_refer_to_is_there_or_is_the_operators_secret():
    made = {"configMapRef": set(named("ConfigMap")), "secretRef": {"quire"}}
    for workload in workloads().values():
        spec = pod(workload)["spec"]
        (container,) = spec["containers"]
        for source in container["envFrom"]:
            assert all(reference["name"] in made[kind] for kind, reference in source.items())
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        assert mounted == {volume["name"] for volume in spec["volumes"]}
        claims = {v["persistentVolumeClaim"]["claimName"] for v in spec["volumes"] if "persistentVolumeClaim" in v}
        assert claims == set(named("PersistentVolumeClaim"))


def test_keda_scales_the_workers_by_every_queue_that_they_serve(environment: dict[str, str]):
    (scaled,) = named("ScaledObject").values()
    triggers = [trigger for trigger in scaled["spec"]["triggers"] if trigger["type"] == "redis"]
    served = [Queue(name, connection=broker.connection()).key for name in queue.ALL]

    assert [trigger["metadata"]["listName"] for trigger in triggers] == served
    assert scaled["spec"]["scaleTargetRef"]["name"] in named("Deployment")
    assert "replicas" not in named("Deployment")["quire-worker"]["spec"]


@pytest.mark.parametrize(
    ("counts", "workers"),
    [({}, 0), ({"at_work": 3}, 3), ({"at_work": 3, "normal": 1}, 4), ({"high": 2, "low": 30}, 4), ({"export": 1}, 1)],
)
def test_keda_asks_for_more_workers_than_are_at_work_when_something_waits(counts: dict[str, int], workers: int):
    (scaled,) = named("ScaledObject").values()
    told = scaled["spec"]["advanced"]["scalingModifiers"]
    names = [trigger["name"] for trigger in scaled["spec"]["triggers"]]
    formula = eval(told["formula"], {"ceil": math.ceil} | dict.fromkeys(names, 0) | counts)  # noqa: S307 - it is ours

    assert (formula, told["target"]) == (workers, "1")


def test_keda_counts_the_jobs_and_tasks_that_are_at_work(environment: dict[str, str]):
    (scaled,) = named("ScaledObject").values()
    (counted,) = [trigger["metadata"] for trigger in scaled["spec"]["triggers"] if trigger["type"] == "postgresql"]
    claim(posted(3)[0])
    with db.transaction() as session:
        task_id = table.submit(session, "reparse", {})[0].id
        table.claim(session, task_id, worker="here:1", lease_seconds=60)
        found = session.scalar(text(counted["query"]))

    assert found == 2


def test_keda_is_told_how_to_reach_what_it_asks():
    (scaled,) = named("ScaledObject").values()
    known = {"redis": {"address", "password"}, "postgresql": {"connection"}}
    for trigger in scaled["spec"]["triggers"]:
        told = named("TriggerAuthentication")[trigger["authenticationRef"]["name"]]["spec"]["secretTargetRef"]
        assert {one["parameter"] for one in told} == known[trigger["type"]]
        assert {one["name"] for one in told} <= {"quire", "quire-keda"}


def test_an_overlay_changes_settings_and_image(tmp_path: Path):
    overlay = {
        "resources": [os.path.relpath(DEPLOY / "kubernetes", tmp_path)],
        "configMapGenerator": [{"name": "quire-settings", "behavior": "merge", "literals": ["PACE_SECONDS=2"]}],
        "images": [{"name": "quire", "newName": "example/quire", "newTag": "7"}],
    }
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(overlay))
    command = ["kubectl", "kustomize", tmp_path]
    made = list(yaml.safe_load_all(subprocess.run(command, capture_output=True, text=True, check=True).stdout))

    (settings,) = [one["data"] for one in made if one["kind"] == "ConfigMap"]
    images = {
        one["spec"]["template"]["spec"]["containers"][0]["image"]
        for one in made
        if one["kind"] in {"Deployment", "Job"}
    }
    assert settings == {"LOG_FORMAT": "json", "PACE_SECONDS": "2"}
    assert images == {"example/quire:7"}
