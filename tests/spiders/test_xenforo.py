"""XenForo's threadmarks: recorded pages, and the pages of a made-up novel as a forum would show it."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

import pytest
from scrapy.http import HtmlResponse

from ingestion.errors import Blocked, IngestionError, NotFound, ParseError, UnsupportedSite
from ingestion.items import Publication
from ingestion.parse import parse
from spiders.xenforo import XenForo
from tests.library import words
from tests.sites import xenforo as site
from tests.sites.samples import make_novel
from tests.spiders.recorded import PAGES, response
from tests.spiders.test_fuzz import mangled

FORUM = "https://forums.spacebattles.com"
THREAD = f"{FORUM}/threads/the-salt-almanac.4201"
INDEX = f"{FORUM}/threads/4201/threadmarks?per_page=200&threadmark_category=1"
READER = f"{THREAD}/reader/page-1?threadmark_category=1"
METHODS = ["novel", "chapters", "chapter"]


def reader(number: int, post: str = "") -> HtmlResponse:
    return response(f"xenforo/reader-{number}.html", f"{THREAD}/reader/page-{number}?threadmark_category=1{post}")


def page(body: str, url: str = READER) -> HtmlResponse:
    return HtmlResponse(url, body=body.encode(), encoding="utf-8")


def post(text: str) -> HtmlResponse:
    article = f'<article class="message message--post" data-content="post-1"><div class="message-body"><div class="bbWrapper">{text}</div>'
    return page(article, f"{READER}#post-1")


@pytest.mark.parametrize(
    "url",
    [
        THREAD,
        f"{THREAD}/",
        f"{THREAD}/page-12#post-880100",
        f"{THREAD}/post-880100",
        f"{THREAD}/threadmarks?threadmark_category=4",
        f"{THREAD}/threadmarks.rss?threadmark_category=1",
        f"{THREAD}/reader/page-3?threadmark_category=1#post-880100",
        f"{FORUM}/threads/4201/",
        f"{FORUM}/threads/a.name.with.dots.4201/?utm_source=mail",
        "http://forums.spacebattles.com/threads/the-salt-almanac.4201/",
        "http://m.spacebattles.com/threads/the-salt-almanac.4201/",
        "https://spacebattles.com/threads/the-salt-almanac.4201/unread",
        INDEX,
    ],
)
def test_every_url_of_a_thread_leads_to_its_threadmarks(url: str):
    assert XenForo.index_url(url) == INDEX


@pytest.mark.parametrize(
    ("url", "index"),
    [
        ("https://sufficientvelocity.com/threads/x.7/", "https://forums.sufficientvelocity.com/threads/7/"),
        ("https://questionablequesting.com/threads/x.7/", "https://forum.questionablequesting.com/threads/7/"),
        ("http://alternatehistory.com/forum/threads/x.7/page-2", "https://www.alternatehistory.com/forum/threads/7/"),
        ("http://127.0.0.1:8123/threads/x.7/reader/", "http://127.0.0.1:8123/threads/7/"),
        ("http://notspacebattles.com/threads/x.7/", "http://notspacebattles.com/threads/7/"),
    ],
)
def test_a_thread_stays_on_its_forum(url: str, index: str):
    assert XenForo.index_url(url) == f"{index}threadmarks?per_page=200&threadmark_category=1"


@pytest.mark.parametrize("url", [f"{FORUM}/posts/880100/", f"{FORUM}/forums/48/", f"{FORUM}/threads/"])
def test_a_url_that_names_no_thread_stays_as_it_is(url: str):
    assert XenForo.index_url(url) == url


def test_threads_of_two_forums_are_two_novels_even_with_one_number():
    urls = [INDEX, INDEX.replace("spacebattles", "sufficientvelocity")]

    assert len({XenForo().novel(response("xenforo/threadmarks.html", url)).key for url in urls}) == 2


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("Complete", Publication.COMPLETED),
        ("Incomplete", Publication.ONGOING),
        ("Hiatus", Publication.HIATUS),
        ("Odd", None),
    ],
)
def test_the_progress_of_the_index_is_the_novels_status(told: str, status: Publication | None):
    body = f'<h1 class="p-title-value">The Bell</h1><dl class="pairs"><dt>Status</dt> <dd>{told}</dd></dl>'

    assert XenForo().novel(page(body, INDEX)).status is status


def test_what_the_list_lacks_is_none():
    novel = XenForo().novel(page('<h1 class="p-title-value">The Bell</h1>', INDEX))

    assert (novel.authors, novel.description, novel.cover_url, novel.tags) == ((), None, None, ())


@pytest.mark.parametrize(
    "more",
    [
        '<div class="structItem"><div data-xf-click="threadmark-fetcher" data-fetchurl="threads/4201/load-range">…</div></div>',
        '<ul class="pageNav-main"><li class="pageNav-page"><a href="/threads/4201/threadmarks?page=2">2</a></li></ul>',
    ],
)
def test_a_list_that_goes_on_elsewhere_states_no_total(more: str):
    whole = response("xenforo/threadmarks.html", INDEX)
    index = XenForo().chapters(page(whole.text.replace("</body>", f"{more}</body>"), INDEX))

    assert (index.stated_total, len(index.further)) == (None, 1)


def test_a_list_is_the_same_whatever_its_thread_is_called():
    urls = INDEX, INDEX.replace("4201", "the-salt-almanac.4201")
    one, other = (XenForo().chapters(response("xenforo/threadmarks.html", url)) for url in urls)

    assert one == other


def test_a_reader_page_without_its_number_is_the_first():
    index = XenForo().chapters(reader(1).replace(url=f"{THREAD}/reader/?threadmark_category=1"))

    assert index.further == (f"{THREAD}/reader/page-2?threadmark_category=1",)


def test_the_page_of_a_thread_sends_to_its_list():
    index = XenForo().chapters(page(f'<a href="{THREAD}/threadmarks">Threadmarks</a>', f"{THREAD}/page-3#post-880100"))

    assert (index.links, index.index_url) == ((), INDEX)


@pytest.mark.parametrize("url", [INDEX, THREAD, f"{FORUM}/posts/1/"])
def test_a_thread_without_threadmarks_is_not_supported(url: str):
    with pytest.raises(UnsupportedSite, match="has no threadmarks"):
        XenForo().chapters(page('<h1 class="p-title-value">Hello!</h1><p>Any news?</p>', url))


def test_reading_a_page_twice_gives_the_same_chapter():
    once, again = (XenForo().chapter(reader(1, "#post-880100")) for _ in range(2))

    assert once == again


@pytest.mark.parametrize("mark", ["", "#post-1", "#post-\"]'"])
def test_a_post_that_is_not_on_the_page_is_a_parse_error(mark: str):
    with pytest.raises(ParseError, match="has no text of"):
        XenForo().chapter(reader(1, mark))


@pytest.mark.parametrize("text", ["", " <br> ", '<span style="display:none">Nobody sees this.</span>'])
def test_a_post_without_a_text_is_a_parse_error(text: str):
    with pytest.raises(ParseError, match="without a text"):
        XenForo().chapter(post(text))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("xenforo/not-found-as-200.html", NotFound),
        ("xenforo/members-only.html", Blocked),
        ("xenforo/login.html", Blocked),
        ("royalroad/challenge.html", Blocked),
    ],
)
def test_another_page_than_was_asked_for_is_refused(name: str, error: type[IngestionError], method: str):
    with pytest.raises(error):
        getattr(XenForo(), method)(response(name, INDEX if method == "novel" else f"{READER}#post-880100"))


@pytest.mark.parametrize("method", METHODS)
def test_a_page_of_another_site_is_a_parse_error(method: str):
    with pytest.raises(ParseError):
        getattr(XenForo(), method)(page("<p>Welcome!</p>"))


@pytest.mark.parametrize("posts_a_page", [3, 10])
def test_a_made_up_novel_is_read_whole_whatever_a_page_holds(posts_a_page: int):
    novel = make_novel(chapters=10)
    pages = {f"{FORUM}{path}": one for path, one in site.render(novel, posts_a_page=posts_a_page).items()}
    index = XenForo.index_url(f"{FORUM}{site.thread(novel)}/")

    found = parse(XenForo(), index, lambda url: page(str(pages[url].body), url), holes={}, checkpoint=lambda: None)

    assert (found.novel.title, found.novel.authors, found.novel.tags) == (novel.title, (novel.author,), novel.tags)
    assert found.novel.description == novel.description
    read = [
        (c.link.key, c.link.title, c.link.published_at, words(c.chapter and c.chapter.content)) for c in found.chapters
    ]
    assert read == [(c.key, c.title, c.published_at, words(c.content)) for c in novel.chapters]


@pytest.mark.parametrize("path", sorted((PAGES / "xenforo").glob("*.html")), ids=lambda path: path.name)
def test_a_mangled_page_is_read_or_refused_in_the_spider_s_own_words(path: Path):
    chance, whole = random.Random(path.name), path.read_bytes()
    for _ in range(20):
        body = mangled(whole, chance)
        for method in METHODS:
            with suppress(IngestionError):
                getattr(XenForo(), method)(HtmlResponse(f"{READER}#post-880100", body=body, encoding="utf-8"))
