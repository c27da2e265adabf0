"""GET /jobs/{id}/status, for a client that asks again and again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, update

from ingestion import db
from ingestion.api import polling
from ingestion.errors import NotFound
from ingestion.models import Job
from ingestion.status import JobStatus
from tests import applications
from tests.commandline import fail, posted
from tests.conftest import configure

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def api(environment: dict[str, str]) -> Iterator[TestClient]:
    with TestClient(applications.api()) as client:
        yield client


def at_work(done: int, total: int | None, *, rests_for: float | None = None) -> Job:
    until = None if rests_for is None else NOW + timedelta(seconds=rests_for)
    return Job(id=7, status=JobStatus.CRAWLING, pages_done=done, pages_total=total, not_before=until)


@pytest.mark.parametrize(
    ("job", "pace", "seconds"),
    [
        (at_work(0, None), 1, 5),
        (at_work(90, 110), 1, 20),
        (at_work(90, 110), 0.5, 10),
        (at_work(0, 110), 1, 60),
        (at_work(110, 110), 1, 1),
        (at_work(90, 110), 0, 1),
        (at_work(0, None, rests_for=1799.5), 1, 1800),
        (at_work(90, 110, rests_for=0.2), 1, 1),
        (at_work(90, 110, rests_for=-5), 1, 20),
    ],
)
def test_it_is_worth_asking_again_when_the_pages_may_be_there_or_the_rest_is_over(job: Job, pace: float, seconds: int):
    assert polling.soon(job, pace, NOW) == seconds


def test_an_unfinished_job_tells_its_progress_and_when_to_ask_again(api: TestClient, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, PACE_SECONDS="9", SITE_PACE="example0.org=2")
    (job_id,) = posted(1)
    with db.transaction() as session:
        session.execute(update(Job).values(pages_done=10, pages_total=15))
    answer = api.get(f"/jobs/{job_id}/status")

    assert answer.json() == {
        "job_id": job_id,
        "status": "queued",
        "progress": {"pages_done": 10, "pages_total": 15},
    }
    assert (answer.headers["Retry-After"], answer.headers["Cache-Control"]) == ("10", "no-store")


def test_a_job_that_rests_is_not_worth_asking_about_before(api: TestClient):
    (job_id,) = posted(1)
    with db.transaction() as session:
        session.execute(update(Job).values(not_before=func.now() + timedelta(minutes=10)))

    assert 590 < int(api.get(f"/jobs/{job_id}/status").headers["Retry-After"]) <= 600


def test_a_job_in_error_tells_why_and_asks_for_no_more(api: TestClient):
    (gone,) = posted(1)
    fail(gone, NotFound("no such novel"))
    answer = api.get(f"/jobs/{gone}/status")

    assert answer.json() == {
        "job_id": gone,
        "status": "error",
        "error": {"kind": "not_found", "message": "no such novel"},
    }
    assert "Retry-After" not in answer.headers


def test_a_job_that_is_done_tells_its_result():
    told = polling.short(Job(id=7, status=JobStatus.DONE, novel_id=3, chapters_saved=6, chapters_missing=1))

    assert told.model_dump(mode="json", exclude_none=True) == {
        "job_id": 7,
        "status": "done",
        "result": {"novel_id": 3, "chapters_saved": 6, "missing": 1},
    }


def test_a_job_that_is_not_there_has_no_status(api: TestClient):
    answer = api.get("/jobs/999/status")

    assert (answer.status_code, answer.json()["detail"]) == (404, "no job 999")
