"""Errands: a few pages for somebody who waits, with the manners of a crawl, and no trace left behind."""

from __future__ import annotations

import os
from functools import partial

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse
from sqlalchemy import func, select

from ingestion import broker, db
from ingestion.crawl import errand
from ingestion.crawl.errand import Get
from ingestion.errors import Blocked, Crashed, ForbiddenAddress, RobotsDisallowed
from ingestion.models import Page as StoredPage
from spiders.generic import Generic
from tests.conftest import configure
from tests.sites.web import Page, Site

pytestmark = pytest.mark.usefixtures("environment")


async def ask(url: str, get: Get) -> object:
    return await get(Request(url))


def fetch(url: str) -> object:
    return errand.run(Generic, url, partial(ask, url))


def test_a_page_comes_as_the_site_gives_it_and_is_stored_nowhere():
    with Site({"/1": Page("<p>渡し</p>".encode("euc-jp"), content_type="text/html; charset=euc-jp")}) as site:
        page = fetch(f"{site.url}/1")

        assert [hit.path for hit in site.hits] == ["/robots.txt", "/1"]
    assert isinstance(page, HtmlResponse)
    assert (page.url, page.css("p::text").get()) == (f"{site.url}/1", "渡し")
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(StoredPage)) == 0


@pytest.mark.parametrize(
    ("path", "reason"), [("/private", RobotsDisallowed), ("/login", Blocked), ("http://10.0.0.1/", ForbiddenAddress)]
)
def test_what_a_job_would_not_fetch_is_not_fetched(path: str, reason: type[Exception]):
    pages = {"/robots.txt": Page("User-agent: *\nDisallow: /private"), "/login": Page("no", status=403)}
    with Site(pages) as site, pytest.raises(reason):
        fetch(path if "//" in path else site.url + path)


def test_an_errand_takes_its_slots_from_the_pace_that_all_share(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, PACE_SECONDS="0.001")
    with Site({"/1": Page("<p>One</p>")}) as site:
        fetch(f"{site.url}/1")

        assert broker.connection().exists(f"pace:{site.netloc}")


def test_a_fault_comes_back_with_the_lines_that_it_came_from():
    async def slip(get: Get) -> None:
        raise ValueError("a slip of the spider's author")

    with pytest.raises(ValueError, match="a slip") as caught:
        errand.run(Generic, "https://example.org/", slip)
    assert "in slip" in "".join(caught.value.__notes__)


def test_a_child_that_dies_is_no_silence():
    async def die(get: Get) -> None:
        os._exit(3)

    with pytest.raises(Crashed, match="generic died"):
        errand.run(Generic, "https://example.org/", die)
