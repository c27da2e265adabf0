"""GET /feed.atom and /novels/{id}/feed.atom, as feed readers read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import feedparser
import pytest
from fastapi.testclient import TestClient

from tests import applications
from tests.catalog import library, schemas
from tests.test_novels import NOVEL, chapter, parsed, save


@pytest.fixture
def api(environment: dict[str, str]) -> Iterator[TestClient]:
    with TestClient(applications.api(), raise_server_exceptions=False) as client:
        yield client


def read(api: TestClient, path: str) -> feedparser.FeedParserDict:
    """The feed, which is valid, as feedparser understands it."""
    answer = api.get(path)
    schemas.atom(answer.content)
    found = feedparser.parse(answer.content)
    assert (found.bozo, answer.headers["Content-Type"]) == (False, "application/atom+xml")
    return found


def test_a_novel_s_feed_begins_with_its_newest_chapter_and_how_that_begins(api: TestClient):
    library.weir("It <falls> & falls.", *["More."] * 60)
    found = read(api, "/novels/1/feed.atom")
    last = found.entries[0]

    assert (found.feed.title, found.feed.author) == ("堰: <Weir> & Co", "W. Example/“Ω” & Sons?")
    assert (len(found.entries), last.title, last.summary, last.link) == (50, "Chapter 61", "More.", "/read/61")
    assert found.feed.link == "/library/1"
    assert found.feed.updated == max(entry.updated for entry in found.entries)


def test_the_library_s_feed_has_the_last_chapters_of_each_novel_the_newest_first(api: TestClient):
    for title in ("A", "B"):
        save(parsed(*(chapter(str(n), n) for n in range(1, 15)), novel=replace(NOVEL, key=title, title=title)))
    save(parsed(*(chapter(str(n), n) for n in range(1, 16)), novel=replace(NOVEL, key="A", title="A")))
    found = [entry.title for entry in read(api, "/feed.atom").entries]

    assert found[:2] == ["A: Chapter 15", "B: Chapter 14"]
    assert (len(found), found[-1]) == (20, "A: Chapter 6")


def test_what_cannot_be_read_is_in_no_feed(api: TestClient):
    save(parsed(chapter("a", 1), chapter("b", 2, None)))

    assert [entry.title for entry in read(api, "/novels/1/feed.atom").entries] == ["Chapter a"]
    assert len(read(api, "/feed.atom").entries) == 1


def test_the_feed_of_an_empty_library_is_valid(api: TestClient):
    assert read(api, "/feed.atom").entries == []
    assert api.get("/novels/1/feed.atom").status_code == 404


@pytest.mark.parametrize("path", ["/feed.atom", "/novels/1/feed.atom"])
def test_asking_again_costs_nothing_until_there_is_a_new_chapter(api: TestClient, path: str):
    save(parsed(chapter("a", 1)))
    tag = {"If-None-Match": api.get(path).headers["ETag"]}
    save(parsed(chapter("a", 1)))
    same = api.get(path, headers=tag)
    save(parsed(chapter("a", 1), chapter("b", 2)))

    assert (same.status_code, same.content) == (304, b"")
    assert api.get(path, headers=tag).status_code == 200
