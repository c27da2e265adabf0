"""Archive of Our Own: recorded pages of both kinds of work and of what stands there instead, and a made-up novel as the site would show it."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse, TextResponse

from ingestion.errors import (
    Blocked,
    IngestionError,
    Locked,
    NotFound,
    ParseError,
    RateLimited,
    Unreachable,
    UnsupportedSite,
)
from ingestion.items import Publication
from spiders.archiveofourown import ArchiveOfOurOwn
from tests.sites import archiveofourown as site
from tests.sites.samples import make_novel
from tests.spiders.recorded import response

WORK = "https://archiveofourown.org/works/30112"
INDEX = f"{WORK}?view_full_work=true&view_adult=true"
METHODS = ["novel", "chapters", "chapter"]
INSTEAD: dict[str, tuple[type[IngestionError], str]] = {
    "adult.html": (Blocked, "adult content"),
    "registered.html": (Locked, "registered users"),
    "unrevealed.html": (Blocked, "not revealed yet"),
    "retry-later.txt": (RateLimited, "Retry later"),
    "error-429.html": (RateLimited, "too many requests"),
    "error-404.html": (NotFound, "not in the Archive"),
    "error-503.html": (Unreachable, "try again later"),
}


@pytest.mark.parametrize(
    "url",
    [
        "https://archiveofourown.org/works/30112",
        "https://archiveofourown.org/works/30112/",
        "http://www.archiveofourown.org/works/30112?view_adult=true#main",
        "https://archiveofourown.org/works/30112/chapters/700100#workskin",
        "https://archiveofourown.org/works/30112/navigate?utm_source=mail",
        "https://archiveofourown.org/collections/tidewrack/works/30112",
        "https://archiveofourown.org/collections/tidewrack/works/30112/chapters/700100",
        "https://ao3.org/works/30112",
        INDEX,
    ],
)
def test_every_url_of_a_work_leads_to_the_whole_of_it(url: str):
    assert ArchiveOfOurOwn.index_url(url) == INDEX


def test_a_copy_of_the_site_stays_on_its_own_host():
    url = "http://127.0.0.1:8123/collections/x/works/7/chapters/8"

    assert ArchiveOfOurOwn.index_url(url) == "http://127.0.0.1:8123/works/7?view_full_work=true&view_adult=true"


@pytest.mark.parametrize(
    "url",
    [
        "https://archiveofourown.org/works?work_search[query]=tide",
        "https://archiveofourown.org/works/search",
        "https://archiveofourown.org/series/515",
        "https://archiveofourown.org/chapters/700100",
        "https://archiveofourown.org/external_works/30112",
    ],
)
def test_a_url_that_is_no_works_stays_as_it_is(url: str):
    assert ArchiveOfOurOwn.index_url(url) == url


def test_reading_a_page_again_and_another_between_gives_the_same_chapter():
    page = response("archiveofourown/work.html", f"{INDEX}#700300")
    spider = ArchiveOfOurOwn()
    chapter = spider.chapter(page)
    spider.chapter(response("archiveofourown/single.html", f"{INDEX}#30112"))

    assert spider.chapter(page) == chapter


def test_the_works_notes_stand_around_the_whole_and_not_around_each_chapter():
    spider = ArchiveOfOurOwn()
    first, second, last = (
        spider.chapter(response("archiveofourown/work.html", f"{INDEX}#{key}"))
        for key in ("700300", "700100", "700450")
    )

    assert "counted with me" in (first.notes_before or "")
    assert "missing tide" in (last.notes_after or "")
    assert not any("counted" in (notes or "") for notes in (second.notes_before, last.notes_before))
    assert not any("missing tide" in (notes or "") for notes in (first.notes_after, second.notes_after))


def test_what_the_page_says_to_screen_readers_is_no_part_of_the_text():
    chapter = ArchiveOfOurOwn().chapter(response("archiveofourown/work.html", f"{INDEX}#700450"))

    assert "Chapter Text" not in chapter.content
    assert "<h3>The third bell</h3>" in chapter.content


def test_a_chapters_page_sends_on_to_the_whole_work():
    page = ArchiveOfOurOwn().chapters(response("archiveofourown/adult.html", f"{WORK}/chapters/700100"))

    assert (page.links, page.index_url) == ((), INDEX)


@pytest.mark.parametrize(
    ("said", "status", "total"),
    [
        ("3/?", Publication.ONGOING, 3),
        ("3/12", Publication.ONGOING, 3),
        ("1,204/1,204", Publication.COMPLETED, 1204),
        ('<a href="/works/30112/chapters/700450">3</a>/3', Publication.COMPLETED, 3),
        ("", None, None),
    ],
)
def test_the_count_of_chapters_says_whether_more_will_come(said: str, status: Publication | None, total: int | None):
    body = response("archiveofourown/work.html", INDEX).text.replace(">3/?<", f">{said}<")
    page = HtmlResponse(INDEX, body=body, encoding="utf-8")

    assert ArchiveOfOurOwn().novel(page).status is status
    assert ArchiveOfOurOwn().chapters(page).stated_total == total


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", INSTEAD)
def test_what_stands_there_instead_of_a_work_says_why(name: str, method: str):
    error, told = INSTEAD[name]

    with pytest.raises(error, match=told) as raised:
        getattr(ArchiveOfOurOwn(), method)(response(f"archiveofourown/{name}", INDEX))
    assert raised.type is error


def test_a_plain_retry_later_is_too_much_for_now():
    with pytest.raises(RateLimited):
        ArchiveOfOurOwn().chapters(TextResponse(INDEX, body=b"Retry later\n", encoding="utf-8"))


def test_the_login_that_a_work_for_members_redirects_to_is_locked():
    url = "https://archiveofourown.org/users/login?restricted=true"

    with pytest.raises(Locked, match="registered users"):
        ArchiveOfOurOwn().chapters(response("archiveofourown/registered.html", url))


def test_a_page_of_a_series_without_a_work_is_refused_with_what_to_do():
    with pytest.raises(UnsupportedSite, match="/works/<number> or /series/<number>"):
        ArchiveOfOurOwn().chapters(HtmlResponse("https://archiveofourown.org/series/515", body=b"<p>Welcome!</p>"))


@pytest.mark.parametrize("method", METHODS)
def test_a_missing_page_is_not_found(method: str):
    spider = ArchiveOfOurOwn()
    spider.chapters(response("archiveofourown/work.html", INDEX))

    with pytest.raises(NotFound, match="works/30112"):
        getattr(spider, method)(response("archiveofourown/work.html", INDEX, status=404))


@pytest.mark.parametrize("method", METHODS)
def test_a_challenge_is_blocked(method: str):
    with pytest.raises(Blocked, match="Just a moment"):
        getattr(ArchiveOfOurOwn(), method)(response("royalroad/challenge.html", INDEX))


def test_another_page_is_no_work():
    page = HtmlResponse(INDEX, body=b"<div id='main'><h2>Wanted</h2></div>", encoding="utf-8")

    with pytest.raises(UnsupportedSite, match="/works/<number>"):
        ArchiveOfOurOwn().novel(page)


def test_a_chapter_without_a_text_is_a_parse_error_and_the_others_are_not():
    body = response("archiveofourown/single.html", INDEX).text
    start, end = body.index('<div class="userstuff"><p>Maren'), body.index('<div class="afterword')
    page = HtmlResponse(
        f"{INDEX}#30112", body=body[:start] + '<div class="userstuff"> </div></div>' + body[end:], encoding="utf-8"
    )

    with pytest.raises(ParseError, match="without a text"):
        ArchiveOfOurOwn().chapter(page)
    assert ArchiveOfOurOwn().novel(page).title == "One Lantern Too Many"


@pytest.mark.parametrize("fragment", ["", "#700999", "#30112"])
def test_a_fragment_that_names_no_chapter_is_a_parse_error(fragment: str):
    with pytest.raises(ParseError, match="names no chapter of the work"):
        ArchiveOfOurOwn().chapter(response("archiveofourown/work.html", INDEX + fragment))


def test_a_heading_without_a_chapters_id_is_a_parse_error():
    body = response("archiveofourown/work.html", INDEX).text.replace("/works/30112/chapters/700450", "/works/30112")

    with pytest.raises(ParseError, match="chapter-4"):
        ArchiveOfOurOwn().chapters(HtmlResponse(INDEX, body=body, encoding="utf-8"))


@pytest.mark.parametrize(("count", "complete"), [(7, False), (7, True), (1, False), (1, True)])
def test_a_made_up_novel_is_read_back_as_it_was(count: int, complete: bool):
    novel = make_novel(chapters=count)
    url = f"https://archiveofourown.org{site.start(novel)}"
    page = HtmlResponse(url, body=site.render(novel, complete=complete)[site.start(novel)].content, encoding="utf-8")
    spider = ArchiveOfOurOwn()

    told, listed = spider.novel(page), spider.chapters(page)
    assert (told.key, told.title, told.authors) == (novel.key, novel.title, (novel.author,))
    assert (told.description, told.tags) == (novel.description, novel.tags)
    assert listed.stated_total == len(listed.links) == count
    for link, chapter in zip(listed.links, novel.chapters, strict=True):
        read = spider.chapter(page.replace(url=link.url))
        in_one_piece = count == 1 and complete
        assert (link.key, link.title) == ((novel.key, novel.title) if in_one_piece else (chapter.key, chapter.title))
        assert read.content.replace("\n", "") == chapter.content.replace("\n", "")
        assert (read.notes_before, read.notes_after) == (chapter.note_before, chapter.note_after)
