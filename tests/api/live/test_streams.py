"""Server-Sent Events from a real server, and requests that wait."""

from __future__ import annotations

import threading
import time

import pytest

from ingestion import intake
from ingestion.api.live import listener
from ingestion.errors import NotFound
from tests.api.live import Served, steps
from tests.commandline import claim, fail, posted


def test_a_job_is_told_from_its_snapshot_to_its_end(api: Served):
    (job_id,) = posted(1)
    with api.stream(f"/jobs/{job_id}/stream") as stream:
        first = next(stream)
        fail(job_id, NotFound("gone"))
        told = list(stream)

    assert (first["type"], first["job"]["status"]) == ("snapshot", "queued")
    assert steps(told) == ["crawling", "error"]
    assert told[-1]["job"]["error_message"] == "gone"


@pytest.mark.parametrize("how", ["header", "query"])
def test_who_comes_back_is_told_what_he_missed_and_at_the_end_not_to_come_back(api: Served, how: str):
    def back(seen: int) -> dict[str, dict[str, str]]:
        return {"headers": {"Last-Event-ID": str(seen)}} if how == "header" else {"params": {"since": str(seen)}}

    (job_id,) = posted(1)
    path = f"/jobs/{job_id}/stream"
    with api.stream(path) as stream:
        seen = next(stream)["id"]
    fail(job_id, NotFound("gone"))
    with api.stream(path, **back(seen)) as stream:
        missed = list(stream)

    assert [said["type"] for said in missed] == ["event", "event"]
    assert api.get(path, **back(missed[-1]["id"])).status_code == 204


def test_a_job_that_has_ended_is_a_stream_of_one_snapshot_neither_kept_nor_buffered_on_its_way(api: Served):
    (job_id,) = posted(1)
    fail(job_id, NotFound("gone"))
    with api.stream(f"/jobs/{job_id}/stream") as stream:
        told = list(stream)
    answer = api.get(f"/jobs/{job_id}/stream")

    assert [(said["type"], said["job"]["status"]) for said in told] == [("snapshot", "error")]
    assert (answer.headers["Cache-Control"], answer.headers["X-Accel-Buffering"]) == ("no-store", "no")
    assert answer.text.startswith("retry: 2000\n\n")


def test_a_quiet_stream_has_a_heartbeat_which_is_no_event(api: Served, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(listener, "HEARTBEAT_SECONDS", 0.05)
    (job_id,) = posted(1)
    with api.stream(f"/jobs/{job_id}/stream") as stream:
        told = [next(stream), next(stream)]

    assert {"type": "comment", "said": ""} in told


def test_the_stream_of_an_unknown_job_is_a_404_problem(api: Served):
    answer = api.get("/jobs/7/stream")

    assert (answer.status_code, answer.json()["detail"]) == (404, "no job 7")


# wait -----------------------------------------------------------------------------------------------------------------


def test_a_request_waits_until_something_happens(api: Served):
    (job_id,) = posted(1)
    before = api.get(f"/jobs/{job_id}").json()
    later = threading.Timer(0.2, claim, [job_id])
    later.start()
    begun = time.monotonic()
    after = api.get(f"/jobs/{job_id}?wait=9&since={before['last_event_id']}").json()
    waited = time.monotonic() - begun
    later.join()

    assert (before["status"], after["status"]) == ("queued", "crawling")
    assert 0.1 < waited < 3
    assert after["last_event_id"] > before["last_event_id"]


def test_a_request_waits_no_longer_than_it_says_and_not_for_what_is_there(api: Served):
    (job_id,) = posted(1)
    known = api.get(f"/jobs/{job_id}").json()["last_event_id"]
    claim(job_id)
    begun = time.monotonic()
    newer = api.get(f"/jobs/{job_id}?wait=9&since={known}").json()
    api.get(f"/jobs/{job_id}?wait=1")
    waited = time.monotonic() - begun
    intake.cancel(job_id)
    ended = api.get(f"/jobs/{job_id}?wait=9").json()

    assert (newer["status"], ended["status"]) == ("crawling", "error")
    assert 0.9 < waited < 5
