"""Each program's EPUB tells where it is from, in its own way."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from ingestion.errors import ParseError
from ingestion.imports import origins, reading, texts
from ingestion.imports.texts import Text
from tests.imports.files import fanficfare, lncrawl, package, packed, page, webtoepub
from tests.sites import art

SITE = "https://serial.example/novel"
TWO = (
    (f"{SITE}/1", "Low Bridge", '<p>One. <a href="#n">on</a><a id="n"/></p>'),
    (f"{SITE}/2", "Slack Water", "<p>2.</p>"),
)


def read(file: bytes) -> list[Text]:
    epub = reading.opened(io.BytesIO(file))
    found = [(origins.chapter(epub, page, root := epub.page(page)), root) for page in epub.pages]
    places = {told.page.file: told.url for told, _ in found if told and told.url}
    return [texts.read(epub, told, root, places) for told, root in found if told]


@pytest.mark.parametrize("make", [fanficfare, webtoepub, lncrawl])
def test_the_novel_s_url_is_found(make: Callable[..., bytes]):
    assert origins.novel(reading.opened(io.BytesIO(make(SITE, *TWO)))) == SITE


@pytest.mark.parametrize("identifier", ["URL:https://a.example/1", "uri:https://a.example/1", "https://a.example/1"])
def test_an_identifier_may_be_the_url(identifier: str):
    opf = package(f"<dc:identifier>{identifier}</dc:identifier>", {}, [])

    assert origins.novel(reading.opened(io.BytesIO(packed({"content.opf": opf})))) == "https://a.example/1"


def test_a_page_that_is_not_there_keeps_no_book_from_telling_where_it_is_from():
    opf = package(f"<dc:source>{SITE}</dc:source>", {"a": "a.xhtml"}, ["a"])

    assert origins.novel(reading.opened(io.BytesIO(packed({"content.opf": opf})))) == SITE


def test_an_epub_that_is_from_nowhere_says_so():
    opf = package("<dc:identifier>urn:uuid:1</dc:identifier><dc:source>a shelf</dc:source>", {"a": "a.xhtml"}, ["a"])
    epub = reading.opened(
        io.BytesIO(packed({"content.opf": opf, "a.xhtml": page("<a href='https://x.example/'>x</a>")}))
    )

    with pytest.raises(ParseError, match="“The Lamp on the Weir” does not say from which URL"):
        origins.novel(epub)


@pytest.mark.parametrize("make", [fanficfare, webtoepub])
def test_chapters_are_told_from_other_pages_by_their_urls(make: Callable[..., bytes]):
    found = read(make(SITE, *TWO))

    assert [(text.told.url, text.title) for text in found] == [(url, title) for url, title, _ in TWO]
    assert [text.chapter.content.strip() for text in found] == [
        '<p>One. <a href="#n">on</a><a id="n"></a></p>',
        "<p>2.</p>",
    ]


def test_chapters_without_urls_are_told_by_the_names_of_their_files():
    found = read(lncrawl(SITE, *TWO))

    assert [(text.told.url, text.title) for text in found] == [(None, "Low Bridge"), (None, "Slack Water")]
    assert [text.told.page.named and text.told.page.named.volume for text in found] == ["Book 1", "Book 1"]
    assert "<h1>" not in found[0].chapter.content
    assert "#1" not in found[0].chapter.content


def test_an_arc_is_the_volume_of_the_chapters_below_it():
    found = read(webtoepub(SITE, *TWO, arc="Book 1"))

    assert [(text.title, text.told.page.named and text.told.page.named.volume) for text in found] == [
        ("Low Bridge", "Book 1"),
        ("Slack Water", "Book 1"),
    ]


def test_a_picture_is_at_its_own_url_again():
    text = read(webtoepub(SITE, *TWO, picture=("https://cdn.example/p.png", art.png(1))))[0]

    assert '<img alt="" src="https://cdn.example/p.png">' in text.chapter.content
    assert text.pictures == {"https://cdn.example/p.png": "OEBPS/Images/0000.png"}


def test_a_link_to_another_page_leads_to_where_that_is_from_and_any_other_nowhere():
    linked = '<p><a href="file0002.xhtml#x">on</a> <a href="log_page.xhtml">log</a> <a href="http://e.org/">out</a></p>'
    text = read(fanficfare(SITE, (f"{SITE}/1", "Low Bridge", linked), TWO[1]))[0]

    assert f'<a href="{SITE}/2">on</a> <a>log</a> <a href="http://e.org/">out</a>' in text.chapter.content


def test_a_chapter_that_failed_when_it_was_made_is_none():
    failed = fanficfare(SITE, ("chapter url removed due to failure", "Lost", "<p>Error.</p>"), TWO[1])

    assert [text.title for text in read(failed)] == ["Slack Water"]
