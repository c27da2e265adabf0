"""Standard Ebooks: recorded pages, and the pages of a made-up novel as the site would show it."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse

from ingestion.errors import Blocked, NotFound, ParseError, UnsupportedSite
from ingestion.items import Matter
from spiders.standardebooks import StandardEbooks
from tests.sites import standardebooks as site
from tests.sites.samples import make_novel
from tests.spiders.recorded import response

EBOOK = "https://standardebooks.org/ebooks/wilma-example/the-salt-almanac"


@pytest.mark.parametrize(
    "tail", ["", "/", "/text", "/text/chapter-1", "/text/single-page", "/downloads/x.epub", "?a=b"]
)
def test_every_url_of_an_ebook_leads_to_its_page(tail: str):
    assert StandardEbooks.index_url(EBOOK + tail) == EBOOK


def test_a_translation_keeps_its_translator():
    url = "http://www.standardebooks.org/ebooks/author/title/translator/illustrator/text/part-1"

    assert StandardEbooks.index_url(url) == "https://standardebooks.org/ebooks/author/title/translator/illustrator"


def test_a_copy_of_the_site_stays_on_its_own_host():
    url = "http://127.0.0.1:8123/ebooks/author/title/text"

    assert StandardEbooks.index_url(url) == "http://127.0.0.1:8123/ebooks/author/title"


def test_a_url_that_is_no_ebooks_stays_as_it_is():
    url = "https://standardebooks.org/ebooks/wilma-example"

    assert StandardEbooks.index_url(url) == url


def test_nothing_outside_the_table_of_contents_is_followed():
    page = StandardEbooks().chapters(response("standardebooks/contents.xhtml", f"{EBOOK}/text"))

    assert all(link.url.startswith(f"{EBOOK}/text/") for link in page.links)
    assert page.further == ()


def test_a_made_up_novel_is_listed_whole():
    novel = make_novel(chapters=7)
    path = site.start(novel)
    contents = site.render(novel)[f"{path}/text"]

    page = StandardEbooks().chapters(HtmlResponse(f"http://127.0.0.1:1{path}/text", body=contents.content))

    body = [link for link in page.links if link.matter is Matter.BODY]
    assert [link.title for link in body] == [chapter.title.replace(". ", ": ", 1) for chapter in novel.chapters]
    assert [link.volume for link in body] == [chapter.volume for chapter in novel.chapters]
    assert [link.key for link in page.links if link not in body] == ["dedication", "preface", "endnotes"]


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
def test_a_missing_page_is_not_found(method: str):
    page = response("standardebooks/ebook.html", EBOOK, status=404)

    with pytest.raises(NotFound, match="the-salt-almanac"):
        getattr(StandardEbooks(), method)(page)


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
def test_a_challenge_is_blocked(method: str):
    page = response("royalroad/challenge.html", EBOOK)

    with pytest.raises(Blocked):
        getattr(StandardEbooks(), method)(page)


def test_another_page_is_no_novel_and_lists_nothing():
    page = HtmlResponse(EBOOK, body=b"<main><h1>Wanted</h1></main>", encoding="utf-8")

    with pytest.raises(ParseError, match="/ebooks/<author>/<title>"):
        StandardEbooks().novel(page)
    with pytest.raises(UnsupportedSite):
        StandardEbooks().chapters(page)


@pytest.mark.parametrize("body", [b"<main><section><h2>I</h2> </section></main>", b"<main><p>Hello</p></main>"])
def test_a_text_without_text_is_a_parse_error(body: bytes):
    with pytest.raises(ParseError):
        StandardEbooks().chapter(HtmlResponse(f"{EBOOK}/text/chapter-1", body=body, encoding="utf-8"))
