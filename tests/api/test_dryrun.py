"""POST /ingest with `dry_run`, and with rules to go by."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from tests import applications
from tests.api.test_jobs import URL
from tests.spiders.test_selected import RULES


@pytest.fixture
def api(environment: dict[str, str]) -> Iterator[TestClient]:
    with TestClient(applications.api()) as client:
        yield client


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"dry_run": True, "rules": "name = 'x'"}, "rules: domains, chapters, content must be given"),
        ({"dry_run": True, "rules": "x" * 8_001}, "body.rules: String should have at most 8000 characters"),
        ({"rules": RULES}, "rules: only a dry run goes by a text"),
    ],
)
def test_rules_that_cannot_be_used_are_refused_with_the_reason(api: TestClient, wish: dict[str, object], says: str):
    answer = api.post("/ingest", json={"url": URL} | wish)

    assert answer.status_code == 422
    assert says in answer.json()["detail"]
    assert api.get("/jobs").json()["jobs"] == []


def test_a_dry_run_is_a_job_of_its_own_each_time(api: TestClient):
    wishes: list[dict[str, object]] = [{}, {"dry_run": True}, {"dry_run": True, "rules": RULES}, {}]
    made = [api.post("/ingest", json={"url": URL} | wish) for wish in wishes]

    ids = [answer.json()["job_id"] for answer in made]
    assert [answer.status_code for answer in made] == [202, 202, 202, 200]
    assert (len(set(ids)), ids[3]) == (3, ids[0])
    assert [job["dry_run"] for job in api.get("/jobs").json()["jobs"]] == [True, True, False]
