"""The page store: what a site said last, and nothing older."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from scrapy import Request, Spider
from scrapy.http import HtmlResponse, Response

from ingestion import db, jobs, pages
from ingestion.crawl.settings import base
from ingestion.crawl.storing import PageStore
from ingestion.errors import LeaseLost
from ingestion.items import Asked, Form
from ingestion.lease import Lease
from ingestion.retry import Backoff
from ingestion.status import Priority, Refresh
from spiders import asking

pytestmark = pytest.mark.usefixtures("environment")

URL = "https://example.org/1"


def store(body: bytes, *, seconds_ago: float = 0, spider: Any = None, **headers: str) -> None:
    request = Request(URL)
    PageStore(base()).retrieve_response(Spider("any"), request)
    request.meta["left_at"] = time.monotonic() - seconds_ago
    put(request, HtmlResponse(URL, body=body, headers=headers), spider=spider)


def put(request: Request, response: Response, *, spider: Any = None) -> None:
    storage, owner = PageStore(base()), spider or Spider("any")
    storage.store_response(owner, request, response)
    storage.write(owner)


def stored() -> bytes | None:
    found = PageStore(base()).retrieve_response(Spider("any"), Request(URL))
    return found.body if found else None


def test_a_newer_page_replaces_an_older_one():
    store(b"old", seconds_ago=10)
    store(b"new")

    assert stored() == b"new"


def test_an_older_page_never_replaces_a_newer_one():
    store(b"new")
    store(b"old", seconds_ago=10)

    assert stored() == b"new"


def test_whatever_comes_replaces_a_page_that_was_rejected():
    store(b"a challenge")
    with db.transaction() as session:
        pages.reject(session, [URL])
    assert stored() is None
    store(b"a page", seconds_ago=10)

    assert stored() == b"a page"


FORMS = [Form(url=URL, fields=(("page", number),)) for number in ("1", "2")]


def answer(asked: Asked, body: bytes, *, status: int = 200, **headers: str) -> None:
    request = asking.request(asked)
    put(request, Response(URL, status, headers, body))


def kept(asked: Asked) -> bytes | None:
    with db.transaction() as session:
        found = pages.load(session, asked)
    return found.body if found else None


def test_the_answers_to_two_forms_and_the_page_itself_are_kept_apart():
    for asked, body in ((URL, b"page"), (FORMS[0], b"one"), (FORMS[1], b"two")):
        answer(asked, body)
    with db.transaction() as session:
        pages.reject(session, [FORMS[0]])

    assert [kept(asked) for asked in (URL, *FORMS)] == [b"page", None, b"two"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_form_that_is_redirected_is_followed_as_it_was_in_the_crawl(status: int):
    elsewhere = "https://example.org/2"
    answer(FORMS[0], b"", status=status, Location="/2")
    answer(elsewhere, b"got")
    answer(replace(FORMS[0], url=elsewhere), b"posted")

    assert kept(FORMS[0]) == (b"posted" if status in {307, 308} else b"got")


def test_a_header_that_postgresql_cannot_hold_costs_no_page():
    store(b"a page", **{"X-Odd": "a\x00b"})

    assert stored() == b"a page"


def test_an_attempt_that_lost_its_job_can_store_nothing():
    spider = Spider("any")
    with db.transaction() as session:
        job, _ = jobs.create(session, source_url=URL, canonical_url=URL, priority=Priority.DEFAULT, refresh=Refresh.NEW)
        claimed = jobs.claim(session, job.id, worker="here:1", lease_seconds=60)
        assert claimed is not None
        vars(spider)["lease"] = Lease(claimed, 60)
    store(b"mine", spider=spider)
    with db.transaction() as session:
        jobs.expire(session, Backoff.as_set(), dead=(job.id, "here:1"))

    with pytest.raises(LeaseLost):
        store(b"too late", spider=spider)
    assert stored() == b"mine"


def test_a_shelf_gives_the_pages_that_are_expected_as_others():
    asked = [URL, "https://example.org/moved", "https://example.org/never"]
    answer(URL, b"page")
    answer(asked[1], b"", status=302, Location="/1")
    shelf = pages.Shelf(db.patiently)
    shelf.expect(asked)
    found = [shelf.load(one) for one in (*asked, URL)]

    assert [page and page.body for page in found] == [b"page", b"page", None, b"page"]
