"""Scribble Hub: recorded pages, and a made-up novel as the site would show it."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse

from ingestion.errors import Blocked, Locked, NotFound, ParseError
from ingestion.items import Form
from spiders.scribblehub import ScribbleHub
from tests.sites import scribblehub as site
from tests.sites.samples import make_novel
from tests.sites.web import Hit, Page
from tests.spiders.recorded import recorded, response

HOST = "https://www.scribblehub.com"
SERIES = f"{HOST}/series/41/brine-and-lantern/"
FORM = Form(
    url=f"{HOST}/wp-admin/admin-ajax.php",
    fields=(("action", "wi_getreleases_pagination"), ("pagenum", "-1"), ("mypostid", "41")),
    otherwise=(f"{SERIES}?toc=1",),
)
CHAPTER = f"{HOST}/read/41-brine-and-lantern/chapter/950/"


def page(name: str, *, status: int = 200) -> HtmlResponse:
    return recorded("scribblehub", name, status=status)


@pytest.mark.parametrize(
    "url",
    [
        SERIES,
        "http://scribblehub.com/series/41/brine-and-lantern",
        f"{SERIES}?toc=3#content1",
        f"{SERIES}stats/",
        f"{HOST}/read/41-brine-and-lantern/chapter/950/",
        f"{HOST}/read/41-brine-and-lantern/chapter/950/?utm_source=feed#comments",
    ],
)
def test_every_url_of_a_series_leads_to_its_page(url: str):
    assert ScribbleHub.index_url(url) == SERIES


@pytest.mark.parametrize(
    ("url", "index"),
    [
        (f"{HOST}/rssfeed.php?type=series&sid=41", f"{HOST}/series/41/"),
        (f"{HOST}/series/41/stats/", f"{HOST}/series/41/"),
        (f"{HOST}/rssfeed.php?type=author&uid=7", f"{HOST}/rssfeed.php?type=author&uid=7"),
        ("http://127.0.0.1:8123/read/41-x/chapter/9/", "http://127.0.0.1:8123/series/41/x/"),
        (f"{HOST}/profile/7/odile/", f"{HOST}/profile/7/odile/"),
    ],
)
def test_a_url_says_of_its_series_what_it_knows(url: str, index: str):
    assert ScribbleHub.index_url(url) == index


def test_a_series_page_that_shows_a_part_leads_to_the_form():
    found = ScribbleHub().chapters(page("series.html"))

    assert (found.links, found.further, found.stated_total) == ((), (FORM,), 4)


@pytest.mark.parametrize("body", [b"0", b"-1", b"", b"<ol></ol>"])
def test_a_form_that_gives_no_list_is_a_parse_error(body: bytes):
    with pytest.raises(ParseError, match="no list of chapters"):
        ScribbleHub().chapters(HtmlResponse(FORM.url, body=body))


def test_a_list_that_hides_its_other_pages_is_a_parse_error():
    alone = page("toc-1.html").replace(body=page("toc-1.html").body.replace(b"?toc=", b"?to="))

    with pytest.raises(ParseError, match="lists 2 of 4"):
        ScribbleHub().chapters(alone)


def test_a_text_of_notes_alone_is_the_text():
    body = (
        b'<div id="chp_raw"><div class="wi_news"><div class="wi_news_body"><p>No chapter today.</p></div></div></div>'
    )

    read = ScribbleHub().chapter(HtmlResponse(CHAPTER, body=body))
    assert ("No chapter today." in read.content, read.notes_before, read.notes_after) == (True, None, None)


def test_a_chapter_for_members_alone_is_locked():
    with pytest.raises(Locked, match="logged in to read this chapter"):
        ScribbleHub().chapter(page("locked.html"))


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
def test_a_missing_page_is_not_found(method: str):
    with pytest.raises(NotFound, match="/series/41/"):
        getattr(ScribbleHub(), method)(page("series.html", status=404))


@pytest.mark.parametrize("url", [SERIES, FORM.url, f"{SERIES}?toc=1"])
def test_a_challenge_is_blocked(url: str):
    with pytest.raises(Blocked, match="Just a moment"):
        ScribbleHub().chapters(response("royalroad/challenge.html", url))


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
@pytest.mark.parametrize("url", [SERIES, f"{HOST}/profile/7/odile/", CHAPTER])
def test_another_page_is_a_parse_error(method: str, url: str):
    with pytest.raises(ParseError, match=url):
        getattr(ScribbleHub(), method)(HtmlResponse(url, body=b"<p>Welcome!</p>"))


def test_what_is_read_is_the_novel_again():
    sample, spider = make_novel(chapters=7), ScribbleHub()
    answers = site.render(sample)
    body = f"action=wi_getreleases_pagination&pagenum=-1&mypostid={sample.key}".encode()

    def shown(path: str) -> HtmlResponse:
        answer = answers[path]
        given = answer if isinstance(answer, Page) else answer(Hit("POST", path, {}, 0.0, body))
        return HtmlResponse(f"{HOST}{path}", body=given.content, encoding="utf-8")

    novel, links = spider.novel(shown(site.start(sample))), spider.chapters(shown(site.FORM)).links
    read = [spider.chapter(shown(site.path_of(sample, chapter))) for chapter in sample.chapters]

    assert (novel.title, novel.authors, novel.description) == (sample.title, (sample.author,), sample.description)
    assert [(link.key, link.title) for link in links] == [(c.key, c.title) for c in sample.chapters]
    assert [(c.content, c.notes_before, c.notes_after) for c in read] == [
        (c.content, c.note_before, c.note_after) for c in sample.chapters
    ]
