"""/metrics after real jobs: what children counted, what the API counted, and who may ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from ingestion import counts, db, tokens
from ingestion.status import Scope
from tests import applications
from tests.conftest import configure
from tests.library import Work, ingest, novel
from tests.sites import plain
from tests.sites.web import Page, Site
from tests.test_metrics import values


@pytest.fixture
def api(environment: dict[str, str]) -> Iterator[TestClient]:
    counts.tally.forget()
    with TestClient(applications.api(), raise_server_exceptions=False) as client:
        yield client


def test_what_a_job_s_child_did_is_counted(api: TestClient, work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, PACE_SECONDS="0.01")
    pages = plain.render(novel())
    with Site(pages) as site:
        site.pages[next(path for path in pages if "chapters" in path)] = Page("no", status=503)
        ingest(f"{site.url}/index.html", work)
    found = values(api.get("/metrics").text)

    assert found["quire_attempts_total{outcome=incomplete,site=generic}"] == 1
    assert found["quire_answers_total{site=generic,status=200}"] == 6
    assert found["quire_answers_total{site=generic,status=404}"] == 1  # robots.txt
    assert found["quire_answers_total{site=generic,status=503}"] == 4
    assert found["quire_page_retries_total{site=generic}"] == 3
    assert found["quire_pages_stored_total{site=generic}"] >= 6
    assert found["quire_received_bytes_total{site=generic}"] > sum(len(page.body) for page in pages.values()) / 2
    assert found["quire_pace_waits_total{site=generic}"] == 11
    assert 0.01 < found["quire_pace_wait_seconds_total{site=generic}"] < 60
    for stage in ("crawling", "parsing", "saving"):
        assert found[f"quire_stage_seconds_count{{site=generic,stage={stage}}}"] == 1
    assert found["quire_jobs{kind=incomplete,site=generic,status=error}"] == 1
    assert found["quire_workers{state=busy}"] == 0


def test_the_api_s_own_requests_are_counted_by_route_and_never_by_path(api: TestClient):
    for path in ("/jobs/1", "/jobs/2", "/jobs", "/no/such/path"):
        api.get(path)
    api.request("BREW", "/jobs")
    found = values(api.get("/metrics").text)

    name = "quire_api_request_seconds_count"
    assert {key: value for key, value in found.items() if key.startswith(name)} == {
        f"{name}{{method=GET,route=/jobs/{{job_id}},status=404}}": 2,
        f"{name}{{method=GET,route=/jobs,status=200}}": 1,
        f"{name}{{method=GET,route=none,status=404}}": 1,
        f"{name}{{method=other,route=/jobs,status=405}}": 1,
    }


def test_metrics_are_for_whoever_may_read(api: TestClient):
    with db.transaction() as session:
        token = tokens.create(session, "prometheus", Scope.READ)

    assert api.get("/metrics").status_code == 401
    assert api.get("/metrics", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_without_postgresql_or_redis_it_still_says_which_is_away(api: TestClient, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, REDIS_URL="redis://127.0.0.1:1/0")
    without_redis = api.get("/metrics")
    configure(monkeypatch, DATABASE_URL="postgresql://me@127.0.0.1:1/x")
    without_both = api.get("/metrics")

    assert (without_redis.status_code, without_both.status_code) == (200, 200)
    assert values(without_redis.text)["quire_server_up{server=redis}"] == 0
    assert "quire_jobs_done{}" in values(without_redis.text)
    assert values(without_both.text)["quire_server_up{server=postgresql}"] == 0
    assert "quire_jobs" not in without_both.text
