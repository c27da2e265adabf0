"""FictionPress and FanFiction.net: recorded pages, and the pages of a made-up novel as the sites would show it."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

import pytest
from scrapy.http import HtmlResponse

from ingestion.errors import Blocked, IngestionError, NotFound, ParseError
from ingestion.parse import parse
from spiders.fictionpress import FictionPress
from tests.library import words
from tests.sites import fictionpress as site
from tests.sites.samples import make_novel
from tests.spiders.recorded import PAGES, recorded, response
from tests.spiders.test_fuzz import mangled

STORY = "https://www.fictionpress.com/s/3100200"
INDEX = f"{STORY}/1/"
METHODS = ["novel", "chapters", "chapter"]


def page(body: str, url: str = INDEX) -> HtmlResponse:
    return HtmlResponse(url, body=body.encode(), encoding="utf-8")


@pytest.mark.parametrize(
    "url",
    [
        STORY,
        INDEX,
        f"{STORY}/1",
        f"{STORY}/12/The-Salt-Almanac",
        f"{STORY}/2/The-Salt-Almanac?utm_source=mail#storytext",
        "http://fictionpress.com/s/3100200/2/",
        "https://m.fictionpress.com/s/3100200/2/The-Salt-Almanac",
        "https://www.fictionpress.com/r/3100200/",
    ],
)
def test_every_url_of_a_story_leads_to_its_first_page(url: str):
    assert FictionPress.index_url(url) == INDEX


@pytest.mark.parametrize(
    ("url", "index"),
    [
        ("http://m.fanfiction.net/s/7/3/X", "https://www.fanfiction.net/s/7/1/"),
        ("http://127.0.0.1:8123/s/7/3/X", "http://127.0.0.1:8123/s/7/1/"),
        ("http://notfictionpress.com/s/7/3/X", "http://notfictionpress.com/s/7/1/"),
        ("https://www.fictionpress.com/u/77/X", "https://www.fictionpress.com/u/77/X"),
        ("https://www.fictionpress.com/s/7x/", "https://www.fictionpress.com/s/7x/"),
    ],
)
def test_a_story_stays_on_its_site_and_another_url_as_it_is(url: str, index: str):
    assert FictionPress.index_url(url) == index


def test_stories_of_the_two_sites_are_two_novels_even_with_one_number():
    other = recorded("fictionpress", "page-1.html").replace(url=INDEX.replace("fictionpress.com", "fanfiction.net"))

    assert FictionPress().novel(other).key == "www.fanfiction.net/3100200"


def test_what_the_head_lacks_is_none():
    novel = FictionPress().novel(page("<div id=profile_top><b class=xcontrast_txt>The Bell</b></div>"))

    assert (novel.authors, novel.description, novel.cover_url, novel.language) == ((), None, None, None)
    assert (novel.status, novel.tags) == (None, ())


def test_a_next_chapter_that_is_not_yet_in_the_select_is_followed():
    body = recorded("fictionpress", "page-3.html").text.replace(
        "</select>", """</select><button onClick="self.location='/s/3100200/4/X'">Next &gt;</button>"""
    )
    index = FictionPress().chapters(page(body, f"{STORY}/3/"))

    assert index.further == (f"{STORY}/4/",)
    assert [link.key for link in index.links] == ["1", "2", "3"]


def test_a_page_that_is_not_yet_in_its_own_select_lists_itself():
    index = FictionPress().chapters(recorded("fictionpress", "page-3.html").replace(url=f"{STORY}/4/"))

    assert [(link.key, link.title) for link in index.links][3:] == [("4", "Chapter 4")]


def test_a_listed_chapter_that_is_not_there_is_missing_without_the_story_being_so():
    gone = response("fictionpress/chapter-not-found.html", f"{STORY}/3/")
    index = FictionPress().chapters(gone)

    assert [link.key for link in index.links] == ["3"]
    with pytest.raises(NotFound):
        FictionPress().chapter(gone)


def test_a_text_without_its_inner_frame_is_read_too():
    assert FictionPress().chapter(page("<div id=storytextp><p>A bell.</p></div>")).content == "<p>A bell.</p>"


@pytest.mark.parametrize("text", ["", "<p hidden>Nobody sees this.</p>", "<script>show_ad();</script>"])
def test_a_chapter_without_a_text_is_a_parse_error(text: str):
    with pytest.raises(ParseError, match="without a text"):
        FictionPress().chapter(page(f"<div id=storytext>{text}</div>"))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("fictionpress/story-not-found.html", NotFound),
        ("fictionpress/chapter-not-found.html", NotFound),
        ("royalroad/challenge.html", Blocked),
    ],
)
def test_another_page_than_was_asked_for_is_refused(name: str, error: type[IngestionError], method: str):
    with pytest.raises(error):
        getattr(FictionPress(), method)(response(name, INDEX))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("url", [INDEX, "https://www.fictionpress.com/fiction/"])
def test_a_page_that_is_no_story_s_is_a_parse_error(method: str, url: str):
    with pytest.raises(ParseError):
        getattr(FictionPress(), method)(page("<p>Welcome!</p>", url))


@pytest.mark.parametrize(("chapters", "unseen"), [(1, 0), (2, 0), (7, 0), (7, 2)])
def test_a_made_up_novel_is_read_whole_even_where_page_1_is_old(chapters: int, unseen: int):
    novel = make_novel(chapters=chapters)
    pages = {f"https://www.fictionpress.com{path}": one for path, one in site.render(novel, unseen=unseen).items()}
    index = f"https://www.fictionpress.com{site.path(novel, 1)}"

    found = parse(FictionPress(), index, lambda url: page(str(pages[url].body), url), holes={}, checkpoint=lambda: None)

    assert (found.novel.title, found.novel.authors) == (novel.title, (novel.author,))
    assert (found.novel.description, found.novel.tags) == (novel.description, ("Fantasy", "Mystery"))
    titles = [chapter.title for chapter in novel.chapters] if chapters > 1 else [novel.title]
    assert [(c.link.key, c.link.title) for c in found.chapters] == [(str(n), t) for n, t in enumerate(titles, 1)]
    assert [words(c.chapter and c.chapter.content) for c in found.chapters] == [
        words(c.content) for c in novel.chapters
    ]
    assert found.chapters[0].link.published_at == novel.chapters[0].published_at


@pytest.mark.parametrize("path", sorted((PAGES / "fictionpress").glob("*.html")), ids=lambda path: path.name)
def test_a_mangled_page_is_read_or_refused_in_the_spider_s_own_words(path: Path):
    chance, whole = random.Random(path.name), path.read_bytes()
    for _ in range(20):
        body = mangled(whole, chance)
        for method in METHODS:
            with suppress(IngestionError):
                getattr(FictionPress(), method)(HtmlResponse(f"{STORY}/2/", body=body, encoding="utf-8"))
