"""Wikisource: recorded pages, and the pages of a made-up novel as the wiki would show it."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse

from ingestion.errors import Blocked, NotFound, ParseError, UnsupportedSite
from ingestion.items import IndexPage
from spiders.wikisource import Wikisource
from tests.sites import wikisource as site
from tests.sites.samples import make_novel
from tests.spiders.recorded import response

WORK = "https://en.wikisource.org/wiki/The_Salt_Almanac_(1871)"
CHAPTER = f"{WORK}/Book_I/Chapter_1"
COPY = "http://127.0.0.1:8123"


@pytest.mark.parametrize(
    "url",
    [
        WORK,
        CHAPTER,
        f"{WORK}/",
        f"{WORK}?utm_source=mail#Book_I",
        "http://en.m.wikisource.org/wiki/The_Salt_Almanac_%281871%29/Preface",
        "https://en.wikisource.org/wiki/The%20Salt%20Almanac_(1871)",
        "https://en.wikisource.org/w/index.php?title=The_Salt_Almanac_(1871)/Preface&oldid=7",
        "https://en.wikisource.org/w/api.php?action=parse&format=json&page=The+Salt+Almanac+%281871%29",
    ],
)
def test_every_url_of_a_work_leads_to_its_page(url: str):
    assert Wikisource.index_url(url) == WORK


@pytest.mark.parametrize(
    ("url", "index"),
    [
        ("https://zh.wikisource.org/zh-hans/鹽曆/卷一", "https://zh.wikisource.org/wiki/%E9%B9%BD%E6%9B%86"),
        ("https://fr.wikisource.org/wiki/L’Almanach", "https://fr.wikisource.org/wiki/L%E2%80%99Almanach"),
        ("https://www.wikisource.org/wiki/Almanac/1", "https://wikisource.org/wiki/Almanac"),
        ("https://en.wikisource.org/wiki/Translation:Salt/1", "https://en.wikisource.org/wiki/Translation:Salt"),
        (f"{COPY}/wiki/Salt/Chapter_1", f"{COPY}/wiki/Salt"),
        ("https://notwikisource.org/wiki/Salt/1", "https://notwikisource.org/wiki/Salt"),
        ("https://en.wikisource.org/wiki/", "https://en.wikisource.org/wiki/"),
    ],
)
def test_each_language_and_a_copy_keep_their_own_hosts(url: str, index: str):
    assert Wikisource.index_url(url) == Wikisource.index_url(index) == index


def test_a_part_listed_without_its_chapters_is_asked_and_what_follows_it_stays_behind_it():
    page = Wikisource().chapters(response("wikisource/work.html", WORK))

    assert page.further == (f"{WORK}/Book_II", f"{WORK}/Appendix")
    assert "The_Salt_Almanac_(1871)/Book_I" not in {link.key for link in page.links}


def test_neither_links_around_the_text_nor_pages_that_nobody_wrote_yet_are_chapters():
    page = Wikisource().chapters(response("wikisource/work.html", WORK))

    keys = " ".join(link.key for link in page.links)
    assert "Chapter_3" not in keys
    assert "Not_in_the_contents" not in keys
    assert "Chapitre" not in keys


def test_a_page_that_lists_nothing_is_its_own_chapter():
    page = Wikisource().chapters(response("wikisource/chapter.html", CHAPTER))

    assert [(link.url, link.title, link.volume) for link in page.links] == [(CHAPTER, "Chapter 1", "Book I")]


def test_a_redirect_is_read_under_the_name_of_its_target():
    spider, alias = Wikisource(), "https://en.wikisource.org/wiki/Salt_Almanac"

    assert spider.novel(response("wikisource/work.html", alias)).url == WORK
    assert spider.chapters(response("wikisource/work.html", alias)) == spider.chapters(
        response("wikisource/work.html", WORK)
    )


def test_contents_among_the_headers_notes_are_read():
    notes = "".join(f'<li><a href="/wiki/Salt/{n}">Letter {n}</a></li>' for n in (1, 2))
    text = (
        f'<div class="wst-header ws-noexport"><a href="/wiki/Salt/1">Letter 1</a> → <ul>{notes}</ul></div><p>SALT</p>'
    )

    assert [link.title for link in _chapters("Salt", text).links] == ["Letter 1", "Letter 2"]


def test_a_work_that_only_leads_on_to_its_first_chapter_is_refused():
    text = '<div class="wst-header ws-noexport"><a href="/wiki/Salt/1">Letter 1</a> →</div><p>SALT, a novel</p>'

    with pytest.raises(UnsupportedSite, match="no list of its chapters"):
        _chapters("Salt", text)


def test_the_newer_parsers_addresses_are_understood():
    text = '<section data-mw-section-id="0"><p><a rel="mw:WikiLink" href="./Salt/Letter_1">The First</a></p></section>'

    links = _chapters("Salt", text).links

    assert [(link.key, link.url) for link in links] == [("Salt/Letter_1", f"{COPY}/wiki/Salt/Letter_1")]


def test_a_page_of_editions_is_no_work():
    with pytest.raises(UnsupportedSite, match="open the one you mean"):
        Wikisource().chapters(response("wikisource/editions.html", "https://en.wikisource.org/wiki/The_Salt_Almanac"))


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
def test_an_authors_page_is_no_work(method: str):
    body = site.page("Author:Wilma_Example", "<p>Wilma Example wrote.</p>", namespace=102).content

    with pytest.raises(UnsupportedSite, match="no work's page"):
        getattr(Wikisource(), method)(HtmlResponse(WORK, body=body, encoding="utf-8"))


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
@pytest.mark.parametrize("status", [200, 404])
def test_a_page_that_is_not_there_is_not_found_whatever_its_status(method: str, status: int):
    page = response("wikisource/no-such-page.html", WORK, status=status)

    with pytest.raises(NotFound, match="The_Salt_Almanac"):
        getattr(Wikisource(), method)(page)


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
def test_a_challenge_is_blocked(method: str):
    with pytest.raises(Blocked):
        getattr(Wikisource(), method)(response("royalroad/challenge.html", WORK))


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
def test_another_page_is_a_parse_error(method: str):
    page = HtmlResponse(WORK, body=b"<html><body><p>Welcome!</p></body></html>", encoding="utf-8")

    with pytest.raises(ParseError, match="no page of Wikisource"):
        getattr(Wikisource(), method)(page)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('<div class="ws-noexport">Chapter 1</div> <span class="pagenum">1</span>', "without a text"),
        ('<p>ACT I</p><a href="/wiki/Salt/1/1">Scene 1</a> <a href="/wiki/Salt/1/2">Scene 2</a>', "lists pages"),
    ],
)
def test_a_chapter_without_a_text_of_its_own_is_a_parse_error(text: str, told: str):
    with pytest.raises(ParseError, match=told):
        Wikisource().chapter(_page("Salt/1", text))


def test_a_chapter_that_leads_on_to_a_part_of_its_own_keeps_its_text():
    text = '<p>A long letter about salt, and then <a href="/wiki/Salt/1/Notes">the notes</a> to it.</p>'

    assert "A long letter" in Wikisource().chapter(_page("Salt/1", text)).content


@pytest.mark.parametrize("by_part", [False, True])
def test_a_made_up_novel_is_read_as_it_was_written(*, by_part: bool):
    novel, spider = make_novel(chapters=7), Wikisource()
    pages = site.render(novel, by_part=by_part)
    index = _rendered(pages, f"{COPY}{site.start(novel)}")
    told, page = spider.novel(index), spider.chapters(index)

    links = [*page.links, *(link for url in page.further for link in spider.chapters(_rendered(pages, url)).links)]
    texts = [spider.chapter(_rendered(pages, link.url)).content for link in links]

    assert (told.title, told.authors, told.description, told.tags) == (
        novel.title,
        (novel.author,),
        novel.description,
        novel.tags,
    )
    assert [(link.key, link.title, link.volume) for link in links] == [
        (site.page_of(novel, chapter), chapter.title, chapter.volume) for chapter in novel.chapters
    ]
    for text, chapter in zip(texts, novel.chapters, strict=True):
        bare = text.replace("<span></span>", "").replace("\n", "")
        assert chapter.content.replace("\n", "") in bare
        assert len(bare) - len(chapter.content.replace("\n", "")) == len(
            '<div class="prp-pages-output" lang="en"></div>'
        )


def _page(name: str, text: str) -> HtmlResponse:
    return HtmlResponse(f"{COPY}/wiki/{name}", body=site.page(name, text).content, encoding="utf-8")


def _chapters(name: str, text: str) -> IndexPage:
    return Wikisource().chapters(_page(name, text))


def _rendered(pages: dict[str, site.Page], url: str) -> HtmlResponse:
    return HtmlResponse(url, body=pages[url.removeprefix(COPY)].content, encoding="utf-8")
