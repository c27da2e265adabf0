"""The page store in a crawl: what comes at the same time is looked up by one statement, and written by one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from scrapy import Request, Spider
from scrapy.http import HtmlResponse
from sqlalchemy import event

from ingestion import db
from ingestion.crawl import storing
from ingestion.crawl.settings import base
from ingestion.crawl.storing import PageStore

pytestmark = pytest.mark.usefixtures("environment")

SPIDER = Spider("any")


def request(number: int) -> Request:
    return Request(f"https://example.org/{number}")


def answer(storage: PageStore, asked: Request, body: bytes, *, left_at: float = 0) -> None:
    asked.meta["left_at"] = asked.meta["clock"][1] + left_at if "clock" in asked.meta else left_at
    storage.store_response(SPIDER, asked, HtmlResponse(asked.url, body=body))


def stored(number: int, storage: PageStore | None = None) -> bytes | None:
    found = (storage or PageStore(base())).retrieve_response(SPIDER, request(number))
    return found.body if found else None


@contextlib.contextmanager
def commits() -> Iterator[list[object]]:
    seen: list[object] = []

    def see(connection: object) -> None:
        seen.append(connection)

    event.listen(db.engine(), "commit", see)
    try:
        yield seen
    finally:
        event.remove(db.engine(), "commit", see)


def test_what_waits_is_looked_up_with_what_is_asked_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(storing, "SEEN_SECONDS", 60)
    storage, asked = PageStore(base()), [request(number) for number in range(4)]
    answer(storage, asked[1], b"one")
    storage.write(SPIDER)
    for one in asked:
        storage.expect(one)
    with commits() as looks:
        found = [stored(number, storage) for number in range(4)]

    assert found == [None, b"one", None, None]
    assert len(looks) <= storing.LOOKS  # a slow one is taken again


def test_a_look_ahead_holds_for_a_moment_only(monkeypatch: pytest.MonkeyPatch):
    storage, other = PageStore(base()), PageStore(base())
    for number in range(2):
        storage.expect(request(number))
    assert stored(0, storage) is None
    answer(other, request(1), b"of another job")
    other.write(SPIDER)
    monkeypatch.setattr(storing, "SEEN_SECONDS", 0)

    assert stored(1, storage) == b"of another job"


def test_what_comes_together_is_written_together_and_the_newest_stays():
    storage, asked = PageStore(base()), [request(number) for number in (0, 1, 1)]
    for one in asked:
        storage.retrieve_response(SPIDER, one)
    for one, body, left_at in zip(asked, (b"zero", b"new", b"old"), (0, 0, -10), strict=True):
        answer(storage, one, body, left_at=left_at)
    with commits() as writes:
        storage.write(SPIDER)
        storage.write(SPIDER)

    assert (stored(0), stored(1), len(writes)) == (b"zero", b"new", 1)
