"""GET /search and /search/suggest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from tests import applications
from tests.search.shelf import index_all, shelve


@pytest.fixture
def api(environment: dict[str, str]) -> Iterator[TestClient]:
    with TestClient(applications.api(), raise_server_exceptions=False) as client:
        yield client


def test_novels_and_chapters_are_answered_with_snippets_in_parts(api: TestClient):
    novel_id = shelve("&lt;script&gt; A lamp.", "A lamp.", language="en")
    index_all()
    told = api.get("/search", params={"q": "lamp", "limit": 1}).json()
    rest = api.get("/search", params={"q": "lamp", "limit": 1, "offset": told["next_offset"]}).json()

    assert [(novel["id"], novel["matched"]) for novel in told["novels"]] == [(novel_id, "title")]
    assert {chapter["position"] for chapter in told["chapters"] + rest["chapters"]} == {1, 2}
    assert (rest["novels"], rest["next_offset"], rest["more"], rest["waiting"]) == ([], None, False, 0)
    snippet = next(one["snippet"] for one in told["chapters"] + rest["chapters"] if one["position"] == 1)
    assert snippet[:2] == [{"text": "<script> A ", "hit": False}, {"text": "lamp", "hit": True}]


def test_who_types_gets_suggestions(api: TestClient):
    shelve("x")
    index_all()

    told = api.get("/search/suggest", params={"q": "the la"})
    assert told.json() == [{"id": 1, "title": "The Lamp on the Weir", "authors": ["Wilma Example"]}]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"q": "\x00"}, 200),
        ({"q": "x" * 10_000}, 200),
        ({}, 422),
        ({"q": "x", "limit": 51}, 422),
        ({"q": "x", "offset": 601}, 422),
    ],
)
def test_what_cannot_be_asked_is_said(api: TestClient, asked: dict[str, str], status: int):
    assert api.get("/search", params=asked).status_code == status
