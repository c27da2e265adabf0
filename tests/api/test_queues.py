"""GET /queues."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tests import applications
from tests.commandline import posted
from tests.conftest import configure

pytestmark = pytest.mark.usefixtures("environment")


def test_the_queues_are_shown_with_the_rows_behind_them():
    posted(2)
    shown = TestClient(applications.api()).get("/queues").json()
    (one,) = (one for one in shown["queues"] if one["name"] == "ingestion")

    assert (one["size"], one["workers"], one["started"], one["scheduled"], one["failed"]) == (2, 0, 0, 0, 0)
    assert (one["rows"]["due"], one["rows"]["resting"], one["rows"]["paused"]) == (2, 0, 0)
    assert (shown["workers"], shown["stranded_queued"], shown["stranded_running"]) == (0, 0, 0)


def test_with_redis_away_the_answer_is_503(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, REDIS_URL="redis://127.0.0.1:1/0")
    answer = TestClient(applications.api()).get("/queues")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()["detail"] == "Redis does not answer; nothing was lost, try again in 5 seconds"
