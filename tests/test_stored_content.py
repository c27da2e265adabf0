"""What parsing hands to saving is inert and bounded, whatever a spider found on the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from scrapy.http import HtmlResponse, Response

from ingestion.errors import TooLarge
from ingestion.items import Chapter, ChapterLink, IndexPage, Novel, ParsedNovel
from ingestion.naming import LONGEST_DESCRIPTION, LONGEST_KEY_BYTES, LONGEST_NAME, MOST_NAMES
from ingestion.parse import parse
from spiders.base import NovelSpider
from tests.conftest import configure, forget

INDEX = "https://example.org/novel/"
SCRIPT = "<script>alert(1)</script>"
NOVEL = Novel(key="1", url=INDEX, title="The Weir")
LINK = ChapterLink(key="1", url=f"{INDEX}1", title="One")


class Found(NovelSpider):
    """A spider that found this."""

    name = "found"
    book, links, text = NOVEL, (LINK,), Chapter(content="<p>Words.</p>")

    def novel(self, response: Response) -> Novel:
        return self.book

    def chapters(self, response: Response) -> IndexPage:
        return IndexPage(links=self.links)

    def chapter(self, response: Response) -> Chapter:
        return self.text


def parsed(**found: object) -> ParsedNovel:
    spider = type("Spider", (Found,), found)(url=INDEX)
    return parse(spider, INDEX, lambda url: HtmlResponse(url, body=b"x"), holes={}, checkpoint=lambda: None)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        " JaVaScRiPt:alert(1)",
        "java\nscript:x",
        "data:text/html,x",
        "vbscript:x",
        "file:///x",
        "//x",
        "",
    ],
)
def test_an_address_that_runs_or_reads_something_is_not_stored(address: str):
    made = parsed(book=replace(NOVEL, url=address, cover_url=address), links=(replace(LINK, url=address),))

    (chapter,) = made.chapters
    assert (made.novel.url, made.novel.cover_url, chapter.link.url) == (INDEX, None, "about:blank")
    assert (chapter.hole and chapter.hole.kind) == "forbidden_address"


def test_an_address_in_letters_that_look_like_others_is_stored_in_punycode():
    made = parsed(book=replace(NOVEL, cover_url="https://ex\u0430mple.org/\u043e.png?a=<b>\"'"))

    assert made.novel.cover_url == "https://xn--exmple-4nf.org/%D0%BE.png?a=%3Cb%3E%22%27"


def test_what_things_are_called_is_text_on_one_line_of_some_length():
    name = f"{SCRIPT}\n\x1b[2J\x9b \x00\ud800{'x' * 10_000}"
    made = parsed(
        book=replace(
            NOVEL, title=name, authors=(name, " ") * 500, tags=(name,) * 500, language=name, description=name * 9
        ),
        links=(replace(LINK, title=name, volume=name, key=name),),
        text=Chapter(content="<p>x</p>", title=name),
    )

    link, chapter = made.chapters[0].link, made.chapters[0].chapter
    names = [made.novel.title, *made.novel.authors, *made.novel.tags, made.novel.language, link.title, link.volume]
    assert {(one or "")[: len(SCRIPT) + 5] for one in [*names, chapter and chapter.title]} == {f"{SCRIPT} [2J "}
    assert {len(one or "") for one in names} == {LONGEST_NAME}
    assert (len(made.novel.authors), len(made.novel.tags)) == (MOST_NAMES, MOST_NAMES)
    assert len(made.novel.description or "") == LONGEST_DESCRIPTION
    assert len(link.key.encode()) <= LONGEST_KEY_BYTES


def test_a_chapter_is_inert_in_text_and_notes():
    evil = (
        f"<p>Words.</p>{SCRIPT}<img src=x onerror=a><a href='javascript:x'>a</a><svg onload=x><math href=javascript:x>"
    )
    made = parsed(text=Chapter(content=evil, notes_before=evil, notes_after=evil)).chapters[0].chapter

    assert made is not None
    stored = f"{made.content}{made.notes_before}{made.notes_after}"
    assert stored.count("<p>Words.</p>") == 3
    assert not any(sign in stored for sign in ("<script", "alert", "onerror", "onload", "javascript:", "<svg", "<math"))


def test_a_novel_of_more_chapters_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, MAX_CHAPTERS="3")
    links = tuple(replace(LINK, key=str(n), locked=True) for n in range(4))

    with pytest.raises(TooLarge, match="more than 3 chapters; raise MAX_CHAPTERS"):
        parsed(links=links)
    assert len(parsed(links=links[1:]).chapters) == 3


@pytest.fixture(autouse=True)
def default_settings() -> Iterator[None]:
    yield
    forget()
