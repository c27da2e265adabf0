"""The canary: what it asks, what it makes of the answer, and that it leaves everything as it was."""

from __future__ import annotations

import json

import pytest
from scrapy.http import HtmlResponse
from sqlalchemy import select

from ingestion import db
from ingestion.canary import State, judge
from ingestion.items import ChapterLink
from ingestion.models import Page as StoredPage
from ingestion.status import Refresh
from spiders.generic import Generic
from tests.commandline import run
from tests.library import Work, ingest, library, novel
from tests.sites.plain import render
from tests.sites.web import Page, Site

LINK = ChapterLink(key="1", url="https://example.org/1", title="One")
TEXT = "<p>" + "The ferryman counted the lanterns on the far bank and found one too many. " * 8 + "</p>"


def page(text: str, *flags: str) -> HtmlResponse:
    body = f"<html><body><main>{text}</main></body></html>"
    return HtmlResponse(LINK.url, body=body, encoding="utf-8", flags=list(flags))


def stored() -> list[tuple[str, object, bytes]]:
    with db.transaction() as session:
        return [(row.url, row.fetched_at, row.body) for row in session.scalars(select(StoredPage).order_by("url"))]


@pytest.mark.parametrize(
    ("answer", "state", "says"),
    [
        (page(TEXT, "cached"), State.SAME, "has not changed"),
        (page(f"{TEXT}<!-- today's advert -->"), State.SAME, "as the stored one does"),
        (page(TEXT.replace("bank", "shore")), State.EDITED, "something else"),
        (page(TEXT[: len(TEXT) // 3]), State.BROKEN, "words where the library has 112"),
        (page("", "cached"), State.BROKEN, "https://example.org/1"),
        (HtmlResponse(LINK.url, status=404), State.BROKEN, "404"),
    ],
)
def test_an_answer_is_judged_by_what_today_s_spider_reads(answer: HtmlResponse, state: State, says: str):
    found, told = judge(Generic, LINK, words=112, stored=page(TEXT), answer=answer)

    assert found is state
    assert says in told


def test_a_chapter_that_has_not_changed_costs_one_conditional_request(work: Work):
    with Site(render(novel())) as site:
        ingest(f"{site.url}/index.html", work)
        before, pages = len(site.hits), stored()
        told = run("canary")

        assert [(hit.path, hit.status) for hit in site.hits[before:]] == [
            (f"/chapters/{novel().chapters[-1].key}.html", 304)
        ]
    assert (told.exit_code, stored()) == (0, pages)
    assert "generic (127.0.0.1:" in told.stdout
    assert "): same. the site says that it has not changed" in told.stdout


def test_an_edit_that_a_canary_has_seen_is_still_news_to_the_next_job(work: Work):
    last = novel().chapters[-1]
    with Site(render(novel())) as site:
        job = ingest(f"{site.url}/index.html", work)
        pages, chapters = stored(), [(row.revision, row.content) for row in library(job)]
        site.pages |= render(novel().rewriting(last.key, last.content + TEXT))
        told = run("canary", "--site", "generic", "--json")
        left = stored(), [(row.revision, row.content) for row in library(job)]
        job = ingest(f"{site.url}/index.html", work, refresh=Refresh.ALL)

    assert (told.exit_code, json.loads(told.stdout)[0]["state"]) == (0, "edited")
    assert left == (pages, chapters)
    assert [row.revision for row in library(job)] == [1, 1, 1, 1, 1, 2]


def test_a_site_that_cannot_be_read_any_more_is_broken_and_one_that_does_not_answer_is_away(work: Work):
    with Site(render(novel())) as site:
        ingest(f"{site.url}/index.html", work)
        site.pages[f"/chapters/{novel().chapters[-1].key}.html"] = Page("<html><body><div id=app></div></body></html>")
        broken = run("canary")
    away = run("canary", "--site", site.netloc)

    assert (broken.exit_code, "): broken." in broken.stdout) == (1, True)
    assert (away.exit_code, "): away." in away.stdout) == (0, True)


@pytest.mark.usefixtures("environment")
def test_without_a_library_there_is_nothing_to_ask_for():
    assert run("canary").stdout == "the library has no chapter to ask for\n"
