"""What a sign says is the same as long as nothing is new, whatever else changes on its page."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse, Response, TextResponse

from ingestion import crawl
from spiders import signs
from spiders.base import NovelSpider

RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom"><channel><title>Brine</title><lastBuildDate>{built}</lastBuildDate>
<item><title>{title}</title><link>https://example.org/2</link><guid>2</guid><pubDate>Wed, 17 Jun 2026 12:00:00 GMT</pubDate></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><updated>{built}</updated>
<entry><title>{title}</title><id>tag:2</id><link href="https://example.org/2"/><updated>2026-06-17T12:00:00Z</updated></entry></feed>"""


def spider(name: str, url: str) -> NovelSpider:
    return crawl.spider_named(name)(url=url)


def page(url: str, body: str, status: int = 200) -> TextResponse:
    return HtmlResponse(url, body=body.encode(), encoding="utf-8", status=status)


@pytest.mark.parametrize("form", [RSS, ATOM])
def test_of_a_feed_the_entries_count_and_not_when_it_was_built(form: str):
    def says(built: str, title: str) -> str | None:
        return signs.feed(page("https://example.org/feed", form.format(built=built, title=title)))

    assert says("today", "2. Salt") == says("tomorrow", "2. Salt")
    assert says("today", "2. Salt") not in (None, says("today", "3. Rope"))


@pytest.mark.parametrize("body", ["", "<p>Just a moment…</p>", "<rss><channel></channel></rss>", "\x00"])
def test_what_is_no_feed_says_nothing(body: str):
    assert signs.feed(page("https://example.org/feed", body)) is None
    assert signs.feed(Response("https://example.org/feed", body=body.encode())) is None


def listed(url: str, links: str, foot: str = "") -> str | None:
    body = f"<html><body><h1>Brine</h1><ol>{links}</ol><p>{foot}</p></body></html>"
    return spider("generic", url).sign_of(page(url, body))


LINKS = "".join(f"<li><a href='/brine/chapter-{n}'>Chapter {n}</a></li>" for n in range(1, 6))


def test_of_an_index_the_list_counts_and_not_what_stands_beside_it():
    url = "https://example.org/brine/"
    more = LINKS + "<li><a href='/brine/chapter-6'>Chapter 6</a></li>"

    assert listed(url, LINKS, "41 readers") == listed(url, LINKS, "42 readers")
    assert listed(url, LINKS) not in (None, listed(url, more))


def test_a_part_of_an_index_does_not_tell():
    assert listed("https://example.org/brine/", LINKS, "<a rel='next' href='/brine/?page=2'>2</a>") is None


def test_a_page_that_is_not_there_does_not_tell():
    url = "https://www.royalroad.com/fiction/9"

    assert spider("royalroad", url).sign_of(page("https://www.royalroad.com/fiction/syndication/9", "", 404)) is None


def test_the_dates_of_a_work_s_chapters_are_its_sign():
    url = "https://archiveofourown.org/works/9?view_full_work=true&view_adult=true"
    reader = spider("archiveofourown", url)
    sign = "https://archiveofourown.org/works/9/navigate?view_adult=true"
    form = "<meta name='csrf-token' content='{0}'><ol class='chapter index group'><li><a href='/works/9/chapters/1'>1. Salt</a> <span class='datetime'>({1})</span></li></ol>"

    def says(token: str, date: str) -> str | None:
        return reader.sign_of(page(sign, form.format(token, date)))

    assert says("a", "2026-06-17") == says("b", "2026-06-17")
    assert says("a", "2026-06-17") not in (None, says("a", "2026-06-18"))
    assert reader.sign_of(page(sign, "<p>Retry later</p>")) is None


def test_the_answer_of_syosetu_s_api_is_its_sign_and_nothing_else_is():
    reader = spider("syosetu", "https://ncode.syosetu.com/n1234ab/")
    api = "https://api.syosetu.com/novelapi/api/?out=json&of=gl-nu-ga-e&ncode=n1234ab"
    answer = '[{"allcount":1},{"general_lastup":"2026-06-17 12:00:00","general_all_no":7}]'

    assert reader.sign_of(page(api, answer)) == answer
    assert reader.sign_of(page(api, "<p>503</p>")) is None
