"""How much and how often somebody may post."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from ingestion import broker, db, rate, tokens
from ingestion.status import Scope
from tests import applications
from tests.conftest import configure

URL = {"url": "https://example.org/novel"}


@pytest.fixture
def api(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    configure(monkeypatch, INGEST_RATE="2", MAX_BODY_BYTES="1024")
    with TestClient(applications.api(), raise_server_exceptions=False) as client:
        yield client


def test_who_posts_too_often_is_told_when_to_come_again(api: TestClient):
    taken = [api.post("/ingest", json=URL).status_code for _ in range(2)]
    refused = api.post("/ingest", json=URL)
    for key in broker.connection().scan_iter("quire:rate:*"):
        broker.connection().pexpire(key, 1)  # its minute is over
    time.sleep(0.01)
    later = api.post("/ingest", json=URL)

    assert (taken, refused.status_code, later.status_code) == ([202, 200], 429, 200)
    assert 55 <= (seconds := int(refused.headers["Retry-After"])) <= 60
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["detail"] == f"more than 2 posts in a minute; try again in {seconds} seconds"


def test_each_token_has_a_count_of_its_own_and_reading_has_none(api: TestClient):
    def answers(header: dict[str, str]) -> list[int]:
        return [api.post("/ingest", json=URL, headers=header).status_code for _ in range(3)]

    with db.transaction() as session:
        made = [tokens.create(session, name, Scope.WRITE) for name in ("phone", "desk")]
    first, second = [{"Authorization": f"Bearer {token}"} for token in made]

    assert (answers(first), answers(second)) == ([202, 200, 429], [200, 200, 429])
    assert {api.get("/jobs", headers=first).status_code for _ in range(5)} == {200}


def test_without_redis_nothing_is_counted(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, INGEST_RATE="1", REDIS_URL="redis://127.0.0.1:1/0")

    assert [rate.spend("me") for _ in range(3)] == [None] * 3


def test_a_limit_of_zero_is_none(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, INGEST_RATE="0")

    assert [rate.spend("me") for _ in range(3)] == [None] * 3


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_refused_whether_or_not_it_says_how_large_it_is(api: TestClient, chunked: bool):
    def chunks() -> Iterator[bytes]:
        yield b'{"url": "https://example.org/'
        for _ in range(8):
            yield b"x" * 512

    body = chunks() if chunked else b"".join(chunks())
    answer = api.post("/ingest", content=body, headers={"Content-Type": "application/json"})

    assert ("Content-Length" in answer.request.headers) is not chunked
    assert (answer.status_code, answer.headers["Content-Type"]) == (413, "application/problem+json")
    assert answer.json()["detail"] == "the request's body is larger than the 1024 bytes of MAX_BODY_BYTES"
