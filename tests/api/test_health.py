"""/health, /health/live and /health/ready: who may ask, and what they say when a server is away or hangs."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from ingestion import VERSION, broker, config, db, queue, tokens
from ingestion.status import Scope
from ingestion.system import ROOT
from ingestion.worker import IngestionWorker
from tests import applications
from tests.commandline import posted, run
from tests.conftest import configure


@pytest.fixture
def api(environment: dict[str, str]) -> Iterator[TestClient]:
    with TestClient(applications.api(), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def worker(environment: dict[str, str]) -> Iterator[IngestionWorker]:
    """One that has signed on."""
    made = IngestionWorker(queue.ALL, connection=broker.connection())
    made.register_birth()
    yield made
    made.register_death()


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> Iterator[None]:
    """Instead of PostgreSQL somebody who takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        configure(monkeypatch, DATABASE_URL=f"postgresql://me@127.0.0.1:{mute.getsockname()[1]}/x")
        yield


def test_where_all_is_well_everything_says_so(api: TestClient, worker: IngestionWorker):
    told = api.get("/health")
    command = run("health")

    assert [api.get(path).json()["status"] for path in ("/health/live", "/health/ready")] == ["live", "ready"]
    assert (told.status_code, told.json()["status"], told.json()["findings"]) == (200, "ok", [])
    assert told.json()["checks"]["servers"]["schema"] == "current"
    assert (command.exit_code, command.stdout.splitlines()[-1]) == (0, "ok")


def test_whether_a_worker_is_here_is_no_matter_of_anything_else(environment: dict[str, str]):
    before = run("health", "--here")
    made = IngestionWorker(["ingestion"], connection=broker.connection())
    made.register_birth()
    there = run("health", "--here")
    made.register_death()

    assert (before.exit_code, there.exit_code) == (1, 0)
    assert there.stdout.startswith("worker ")


def test_what_is_wrong_is_told_with_what_to_do_and_the_command_s_exit_code_says_so(api: TestClient):
    posted(1)
    told = api.get("/health")
    command, as_json = run("health"), run("health", "--json")

    assert (told.status_code, told.json()["status"]) == (200, "degraded")
    assert [finding["cure"] for finding in told.json()["findings"]] == ["python worker.py"]
    assert [queue["due"] for queue in told.json()["checks"]["queues"]] == [0, 1, 0, 0, 0]
    assert (command.exit_code, as_json.exit_code) == (1, 1)
    assert "degraded: no worker is running, and no job is begun\n  to do: python worker.py\n" in command.stdout
    assert json.loads(as_json.stdout)["findings"] == told.json()["findings"]


def test_whether_it_lives_and_is_ready_anybody_may_ask_and_no_more(api: TestClient):
    with db.transaction() as session:
        token = tokens.create(session, "watch", Scope.READ)

    assert [api.get(path).status_code for path in ("/health/live", "/health/ready", "/health")] == [200, 200, 401]
    assert api.get("/health", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_without_redis_it_is_not_ready_and_says_what_to_do(api: TestClient, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, REDIS_URL="redis://127.0.0.1:1/0")
    answer, told = api.get("/health/ready"), api.get("/health")

    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert "REDIS_URL" in answer.json()["detail"]
    assert (told.status_code, told.json()["status"]) == (503, "down")
    assert told.json()["checks"]["queues"][0]["size"] is None
    assert api.get("/health/live").status_code == 200


@pytest.mark.usefixtures("silence")
def test_a_database_that_hangs_is_told_of_within_two_seconds(api: TestClient):
    begun = time.monotonic()
    answer = api.get("/health/ready")
    first = time.monotonic() - begun
    told = api.get("/health")

    assert first < 2
    assert time.monotonic() - begun - first < 2
    assert "PostgreSQL does not answer" in answer.json()["detail"]
    assert (answer.status_code, told.status_code, told.json()["status"]) == (503, 503, "down")
    assert told.json()["checks"]["jobs"] == []
    assert api.get("/health/live").status_code == 200


def test_who_may_not_read_learns_nothing_of_the_servers_but_that_they_are_away(
    api: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    gone = config.settings().database_url
    configure(monkeypatch, DATABASE_URL=f"{gone}&dbname=hushed", REDIS_URL="redis://127.0.0.1:1/0")
    answers = [api.get(path) for path in ("/health/ready", "/health", "/metrics")]

    assert [answer.status_code for answer in answers] == [503, 503, 200]
    for answer in answers:
        assert not any(word in answer.text for word in ("hushed", "127.0.0.1", "refused"))
    assert "hushed" in caplog.text


def test_the_version_is_that_of_the_package():
    assert f'\nversion = "{VERSION}"\n' in (ROOT / "pyproject.toml").read_text()
