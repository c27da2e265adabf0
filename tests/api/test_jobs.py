"""POST /ingest and the job resources."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from ingestion import db, jobs, queue
from ingestion.errors import NotFound
from ingestion.retry import Backoff
from tests import applications
from tests.conftest import configure

URL = "https://example.org/novel"


@pytest.fixture
def api(environment: dict[str, str]) -> Iterator[TestClient]:
    with TestClient(applications.api(), raise_server_exceptions=False) as client:
        yield client


def finish(job_id: int) -> None:
    with db.transaction() as session:
        jobs.claim(session, job_id, worker="here:1", lease_seconds=60)
        jobs.end(session, job_id, 1, NotFound("gone"), Backoff.as_set())


def test_a_post_makes_a_job_and_pushes_its_id(api: TestClient):
    answer = api.post("/ingest", json={"url": URL})

    job_id = answer.json()["job_id"]
    assert (answer.status_code, answer.headers["Location"]) == (202, f"/jobs/{job_id}")
    assert answer.json() == {
        "job_id": job_id,
        "status": "queued",
        "message": "Ingestion job created and queued",
    }
    assert queue.waiting() == {job_id}


def test_the_same_novel_again_is_the_same_job(api: TestClient):
    first = api.post("/ingest", json={"url": URL}).json()
    again = api.post("/ingest", json={"url": f"  {URL.upper().replace('NOVEL', 'novel')}?utm_source=mail#top "})

    assert (again.status_code, again.json()["job_id"]) == (200, first["job_id"])


def test_the_same_novel_after_the_end_is_a_new_job(api: TestClient):
    first = api.post("/ingest", json={"url": URL}).json()["job_id"]
    finish(first)
    again = api.post("/ingest", json={"url": URL})

    assert again.status_code == 202
    assert again.json()["job_id"] != first


def test_a_host_in_letters_that_look_like_others_is_shown_in_punycode(api: TestClient):
    job_id = api.post("/ingest", json={"url": "https://ex\u0430mple.org/novel"}).json()["job_id"]

    assert api.get(f"/jobs/{job_id}").json()["source_url"] == "https://xn--exmple-4nf.org/novel"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://example.org/novel", "not an http or https URL"),
        ("example.org/novel", "must begin with https://"),
        ("https://", "names no host"),
        ("https://user:secret@example.org/", "user name or password"),
        ("https://exa mple.org/", "space"),
        ("https://example.org:99999/", "Port"),
        ("http://127.0.0.2:8000/", "not a public address"),
        ("http://[::1]/", "not a public address"),
        ("http://2130706433/", "not a public address"),
        ("http://localhost/", "not a public address"),
        ("https://example.org/" + "x" * 3000, "characters"),
        ("https://\ud800.example/", "not a URL"),
    ],
)
def test_what_cannot_be_fetched_is_refused_with_the_reason(
    api: TestClient, monkeypatch: pytest.MonkeyPatch, url: str, says: str
):
    configure(monkeypatch, ALLOWED_NETWORKS="")
    answer = api.post("/ingest", content=f'{{"url": {_json(url)}}}', headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert says in answer.json()["detail"]
    assert "secret" not in answer.text


def _json(text: str) -> str:
    import json

    return json.dumps(text)


@pytest.mark.parametrize(
    "body", [{}, {"url": 7}, {"url": URL, "priority": "urgent"}, {"url": URL, "uri": URL}, [], None]
)
def test_a_body_that_is_none_of_ours_is_refused(api: TestClient, body: object):
    answer = api.post("/ingest", json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_with_redis_away_the_job_is_accepted_and_waits(api: TestClient, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, REDIS_URL="redis://127.0.0.1:1/0")
    answer = api.post("/ingest", json={"url": URL})

    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert "when Redis is back" in answer.json()["message"]


def test_with_postgresql_away_the_answer_is_503_until_it_is_back(
    api: TestClient, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
):
    configure(monkeypatch, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    away = [api.post("/ingest", json={"url": URL}), api.get("/jobs/1"), api.get("/novels")]
    configure(monkeypatch, DATABASE_URL=environment["DATABASE_URL"])

    assert {(a.status_code, a.headers["Retry-After"]) for a in away} == {(503, "5")}
    assert api.get("/jobs").status_code == 200


def test_a_job_tells_all_about_itself(api: TestClient):
    job_id = api.post("/ingest", json={"url": URL, "priority": "high", "refresh": "all"}).json()["job_id"]
    job = api.get(f"/jobs/{job_id}").json()

    expected = {"id": job_id, "source_url": URL, "status": "queued", "attempt": 0, "pages_done": 0, "pages_total": None}
    expected |= {
        "chapters_saved": 0,
        "chapters_missing": 0,
        "novel_id": None,
        "error_kind": None,
        "error_message": None,
    }
    assert job.items() >= (expected | {"priority": "high", "refresh": "all"}).items()
    assert job["created_at"].endswith("Z")


@pytest.mark.parametrize(
    "path", ["/jobs/7", "/jobs/7/events", "/novels/7", "/novels/7/chapters", "/chapters/7", "/none"]
)
def test_an_unknown_thing_is_a_404_problem(api: TestClient, path: str):
    answer = api.get(path)

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["status"] == 404


@pytest.mark.parametrize(
    "path", ["/jobs/0", "/jobs/x", f"/jobs/{2**63}", "/jobs?limit=0", "/jobs?cursor=x", "/jobs?status=x"]
)
def test_a_parameter_that_cannot_be_is_a_422_problem(api: TestClient, path: str):
    answer = api.get(path)

    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")


def test_jobs_are_listed_newest_first_and_page_by_page(api: TestClient):
    made = [api.post("/ingest", json={"url": f"{URL}/{n}"}).json()["job_id"] for n in range(5)]
    first = api.get("/jobs?limit=3").json()
    second = api.get(f"/jobs?limit=3&cursor={first['next_cursor']}").json()

    assert [job["id"] for page in (first, second) for job in page["jobs"]] == made[::-1]
    assert second["next_cursor"] is None


def test_jobs_can_be_listed_by_status(api: TestClient):
    made = [api.post("/ingest", json={"url": f"{URL}/{n}"}).json()["job_id"] for n in range(2)]
    finish(made[0])

    assert [job["id"] for job in api.get("/jobs?status=error").json()["jobs"]] == [made[0]]
    assert api.get("/jobs?status=done").json()["jobs"] == []


def test_the_events_tell_the_job_s_story(api: TestClient):
    job_id = api.post("/ingest", json={"url": URL}).json()["job_id"]
    finish(job_id)

    events = api.get(f"/jobs/{job_id}/events").json()
    assert [event["status"] for event in events] == ["queued", "crawling", "error"]
    assert events[-1]["message"] == "gone"


def test_the_openapi_document_has_examples_and_documents_every_problem(api: TestClient):
    document = api.get("/openapi.json").json()

    ingest = document["paths"]["/ingest"]["post"]
    assert set(ingest["responses"]) == {"200", "202", "400", "401", "403", "404", "413", "421", "422", "429", "503"}
    assert "example" in document["components"]["schemas"]["Ingest"]
    assert "application/problem+json" in ingest["responses"]["422"]["content"]
