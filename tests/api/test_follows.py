"""Following novels over HTTP and by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from ingestion import db
from ingestion.models import NovelRow
from tests import applications
from tests.commandline import run


@pytest.fixture
def api(environment: dict[str, str]) -> Iterator[TestClient]:
    with db.transaction() as session:
        for n in (1, 2):
            told = {"site": "generic", "key": f"{n}", "title": f"Novel {n}", "authors": [], "tags": [], "confidence": 1}
            session.add(NovelRow(url=f"https://example.org/{n}", **told))
    with TestClient(applications.api(), raise_server_exceptions=False) as client:
        yield client


def test_a_novel_is_followed_and_shows_how(api: TestClient):
    answer = api.post("/novels/1/follow", json={"every": "6h"})

    assert (answer.status_code, answer.json()["every"]) == (200, "6h")
    assert api.get("/novels/1").json()["follow"] == answer.json()
    assert api.get("/novels/2").json()["follow"] is None


@pytest.mark.parametrize("body", [{}, {"json": {}}, {"json": {"every": None}}])
def test_without_a_span_its_own_rhythm_decides(api: TestClient, body: dict[str, object]):
    api.post("/novels/1/follow", json={"every": "90m"})

    assert api.post("/novels/1/follow", **body).json()["every"] is None  # type: ignore[arg-type]


def test_a_span_that_is_too_short_is_refused(api: TestClient):
    answer = api.post("/novels/1/follow", json={"every": "5m"})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body.every"


def test_followed_novels_are_listed_page_by_page_until_they_are_followed_no_more(api: TestClient):
    for novel_id in (1, 2):
        api.post(f"/novels/{novel_id}/follow")
    first = api.get("/follows?limit=1").json()
    second = api.get(f"/follows?limit=1&cursor={first['next_cursor']}").json()

    assert [page["follows"][0]["title"] for page in (first, second)] == ["Novel 2", "Novel 1"]
    assert api.delete("/novels/2/follow").status_code == 204
    assert api.delete("/novels/2/follow").status_code == 204
    assert [row["novel_id"] for row in api.get("/follows").json()["follows"]] == [1]


@pytest.mark.parametrize("verb", ["POST", "DELETE"])
def test_what_is_not_in_the_library_cannot_be_followed(api: TestClient, verb: str):
    answer = api.request(verb, "/novels/3/follow")

    assert (answer.status_code, answer.json()["detail"]) == (404, "no novel 3")


def test_by_hand_one_novel_is_followed_or_all_that_are_not_yet(api: TestClient):
    one, rest = run("follow", 1, "--every", "12h"), run("follow", "--all")
    rows = json.loads(run("follows", "--json").stdout)

    assert [line.partition(" is followed")[0] for line in (one.stdout, rest.stdout)] == [
        "novel 1 (Novel 1)",
        "novel 2 (Novel 2)",
    ]
    assert [(row["novel_id"], row["every"]) for row in rows] == [(2, None), (1, "12h")]
    assert [line.split()[:4] for line in run("follows").stdout.splitlines()[1:]] == [
        ["2", "Novel", "2", "its"],
        ["1", "Novel", "1", "12h"],
    ]


def test_by_hand_they_are_followed_no_more(api: TestClient):
    run("follow", "--all")
    first, second = run("unfollow", 1, 2), run("unfollow", 1)

    assert (first.exit_code, second.exit_code, second.stdout) == (0, 1, "novel 1 was not followed\n")
    assert json.loads(run("follows", "--json").stdout) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["follow"], "say which: novel ids, or --all"),
        (["follow", "1", "--all"], "say which: novel ids, or --all"),
        (["follow", "9"], "no novel 9"),
        (["follow", "1", "--every", "1m"], "--every: expected 15m to 999m"),
    ],
)
def test_by_hand_what_cannot_be_done_is_told(api: TestClient, words: list[str], told: str):
    result = run(*words)

    assert result.exit_code != 0
    assert str(result.exception).startswith(told) or told in result.output
