"""Cancel and retry over HTTP, the dead letters, and how many chapters there are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from ingestion import queue
from ingestion.errors import Blocked, NotFound
from tests import applications
from tests.commandline import fail, posted
from tests.conftest import configure
from tests.library import Work, ingest, novel
from tests.processes import post
from tests.sites import plain
from tests.sites.web import Page, Site


@pytest.fixture
def api(environment: dict[str, str]) -> Iterator[TestClient]:
    with TestClient(applications.api(), raise_server_exceptions=False) as client:
        yield client


def refused(answer: Response) -> tuple[int, str]:
    """Status and detail of a problem."""
    problem = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["status"] == answer.status_code
    return answer.status_code, problem["detail"]


def test_a_cancel_ends_an_unfinished_job(api: TestClient):
    (job_id,) = posted(1)
    answer = api.post(f"/jobs/{job_id}/cancel")

    job = answer.json()
    assert (answer.status_code, job["status"], job["error_kind"]) == (200, "error", "cancelled")
    assert "a retry goes on from them" in job["error_message"]
    assert api.get(f"/jobs/{job_id}").json() == job


def test_a_retry_puts_a_job_in_error_back(api: TestClient):
    (job_id,) = posted(1)
    fail(job_id, Blocked("403"))
    answer = api.post(f"/jobs/{job_id}/retry")

    job = answer.json()
    assert (answer.status_code, job["status"], job["error_kind"]) == (202, "queued", None)
    assert queue.waiting() == {job_id}
    assert api.get(f"/jobs/{job_id}/events").json()[-1]["message"] == "put back by hand"


def test_a_job_moves_to_the_queue_of_another_priority(api: TestClient):
    (job_id,) = posted(1)
    answer = api.post(f"/jobs/{job_id}/priority", json={"priority": "high"})
    api.post(f"/jobs/{job_id}/cancel")
    late = refused(api.post(f"/jobs/{job_id}/priority", json={"priority": "low"}))

    assert (answer.status_code, answer.json()["priority"]) == (200, "high")
    assert late == (409, f"job {job_id} is ERROR; only an unfinished job can be moved to another queue")
    assert refused(api.post("/jobs/999/priority", json={"priority": "low"})) == (404, "no job 999")
    assert refused(api.post(f"/jobs/{job_id}/priority", json={"priority": "urgent"}))[0] == 422


@pytest.mark.parametrize("verb", ["cancel", "retry"])
def test_what_is_not_there_cannot_be_changed(api: TestClient, verb: str):
    assert refused(api.post(f"/jobs/999/{verb}")) == (404, "no job 999")
    assert refused(api.post(f"/jobs/0/{verb}"))[0] == 422
    assert api.get(f"/jobs/1/{verb}").status_code == 405


def test_what_is_in_another_state_says_what_would_be_needed(api: TestClient):
    (job_id,) = posted(1)
    early = refused(api.post(f"/jobs/{job_id}/retry"))
    api.post(f"/jobs/{job_id}/cancel")
    late = refused(api.post(f"/jobs/{job_id}/cancel"))

    assert early == (409, f"job {job_id} is QUEUED; only a job in ERROR can be put back")
    assert late == (409, f"job {job_id} is ERROR; only an unfinished job can be cancelled")


def test_a_done_job_is_beyond_both(api: TestClient, work: Work):
    with Site(plain.render(novel())) as site:
        job_id = ingest(f"{site.url}/index.html", work).id

    for verb in ("cancel", "retry"):
        status, detail = refused(api.post(f"/jobs/{job_id}/{verb}"))
        assert (status, detail.startswith(f"job {job_id} is DONE; only")) == (409, True)


def test_a_retry_beside_another_unfinished_job_of_the_novel_is_a_conflict(api: TestClient):
    (old,) = posted(1)
    api.post(f"/jobs/{old}/cancel")
    post("https://example0.org/novel")

    status, detail = refused(api.post(f"/jobs/{old}/retry"))
    assert (status, detail) == (409, f"job {old}: another unfinished job is at the same novel; follow that one")
    assert api.get(f"/jobs/{old}").json()["error_kind"] == "cancelled"


def test_with_redis_away_a_retry_is_accepted_and_waits(api: TestClient, monkeypatch: pytest.MonkeyPatch):
    (job_id,) = posted(1)
    fail(job_id, Blocked("403"))
    configure(monkeypatch, REDIS_URL="redis://127.0.0.1:1/0")

    assert api.post(f"/jobs/{job_id}/retry").json()["status"] == "queued"
    assert api.post(f"/jobs/{job_id}/cancel").json()["error_kind"] == "cancelled"


def test_dead_letters_are_listed_by_kind(api: TestClient):
    gone, first, second = posted(3)
    fail(gone, NotFound("gone"))
    fail(first, Blocked("403"))
    fail(second, Blocked("403"))

    def ids(query: str) -> list[int]:
        return [job["id"] for job in api.get(f"/jobs?{query}").json()["jobs"]]

    assert ids("status=error") == [second, first, gone]
    assert ids("status=error&kind=blocked") == [second, first]
    assert ids(f"status=error&kind=blocked&limit=1&cursor={second}") == [first]
    assert api.get("/jobs?kind=%00").status_code == 422
    assert ids("status=error&kind=none") == ids("status=queued&kind=blocked") == []


def test_a_job_and_its_novel_say_how_many_chapters_there_are(api: TestClient, work: Work):
    sample = novel()
    gone = f"/chapters/{sample.chapters[2].key}.html"
    with Site(plain.render(sample) | {gone: Page("gone", status=404)}) as site:
        job_id = ingest(f"{site.url}/index.html", work).id

    job = api.get(f"/jobs/{job_id}").json()
    told = api.get(f"/novels/{job['novel_id']}").json()
    for one in (job, told):
        assert (one["chapters_saved"], one["chapters_missing"], one["chapters_total"]) == (5, 1, 6)


def test_before_the_index_is_read_there_are_no_chapters(api: TestClient):
    (job_id,) = posted(1)

    assert api.get(f"/jobs/{job_id}").json()["chapters_total"] == 0
