"""Stored pages to a novel: the order of an index over all of its pages, and what is missing for good."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from scrapy.http import HtmlResponse, Response

from ingestion.items import Asked, Chapter, ChapterLink, Form, IndexPage, Novel, ParsedNovel
from ingestion.parse import parse
from spiders.base import NovelSpider
from spiders.scribblehub import ScribbleHub
from tests.sites import scribblehub
from tests.sites.samples import SampleNovel, make_novel
from tests.sites.web import Hit, Page

HOST = "https://www.scribblehub.com"


def stored(novel: SampleNovel, *, form: bool) -> Callable[[Asked], Response | None]:
    """A page store that holds what the site gives."""
    answers = scribblehub.render(novel, form=form)

    def load(asked: Asked) -> Response | None:
        url, body = (asked.url, f"{'&'.join(map('='.join, asked.fields))}") if isinstance(asked, Form) else (asked, "")
        answer = answers.get(url.removeprefix(HOST))
        given = answer(Hit("POST", url, {}, 0.0, body.encode())) if callable(answer) else answer
        return HtmlResponse(url, body=given.content, encoding="utf-8") if isinstance(given, Page) else None

    return load


def read(novel: SampleNovel, *, form: bool = True) -> ParsedNovel:
    index = f"{HOST}{scribblehub.start(novel)}"
    return parse(ScribbleHub(url=index), index, stored(novel, form=form), holes={}, checkpoint=lambda: None)


@pytest.mark.parametrize("form", [True, False])
def test_an_index_that_begins_with_the_newest_chapter_is_in_reading_order_over_all_its_pages(form: bool):
    sample = make_novel(chapters=8)

    parsed = read(sample, form=form)
    assert [chapter.link.key for chapter in parsed.chapters] == [chapter.key for chapter in sample.chapters]
    assert (parsed.stated_total, {chapter.hole for chapter in parsed.chapters}) == (8, {None})


def test_a_chapter_that_is_locked_on_its_own_page_alone_is_missing_for_good():
    sample = make_novel(chapters=3)

    hole = read(sample.locking(sample.chapters[1].key)).chapters[1].hole
    assert hole is not None
    assert (hole.kind, hole.final) == ("locked", True)


#: A list over four pages: numbers of chapters, letters of the volumes that begin there.
PAGES = ["A:1 2", "3 B:4", "5", "6 C:7 :8"]


class Paged(NovelSpider):
    """Reads what PAGES says."""

    name = "paged"
    newest_first = False
    run_on = True

    def novel(self, response: Response) -> Novel:
        return Novel(key="1", url=response.url, title="The Ferry")

    def chapters(self, response: Response) -> IndexPage:
        links, volume, at = [], None, int(response.url[-1])
        for word in PAGES[at].split():
            heading, colon, key = word.rpartition(":")
            volume = (heading or None) if colon else volume
            links.append(ChapterLink(key=key, url=f"{HOST}/{key}", title=key, volume=volume))
        return IndexPage(
            links=tuple(links[::-1] if self.newest_first else links),
            further=(f"{HOST}/p{at + 1}",) if at + 1 < len(PAGES) else (),
            newest_first=self.newest_first,
            volumes_run_on=self.run_on,
        )

    def chapter(self, response: Response) -> Chapter:
        return Chapter(content="<p>It was so.</p>")


@pytest.mark.parametrize(
    ("newest_first", "run_on", "volumes"),
    [
        (False, True, "1A 2A 3A 4B 5B 6B 7C 8-"),
        (True, True, "8- 7C 6B 5B 4B 3A 2A 1A"),
        (False, False, "1A 2A 3- 4B 5- 6- 7C 8-"),
    ],
)
def test_a_volume_goes_on_over_the_end_of_a_page_where_headings_begin_them(
    monkeypatch: pytest.MonkeyPatch, volumes: str, *, newest_first: bool, run_on: bool
):
    monkeypatch.setattr(Paged, "newest_first", newest_first)
    monkeypatch.setattr(Paged, "run_on", run_on)

    parsed = parse(Paged(), f"{HOST}/p0", lambda asked: HtmlResponse(str(asked)), holes={}, checkpoint=lambda: None)
    assert " ".join(f"{c.link.key}{c.link.volume or '-'}" for c in parsed.chapters) == volumes


class Nested(NovelSpider):
    """A site whose chapters come in JSON, so that no limit of a page has met them."""

    name = "nested"

    def novel(self, response: Response) -> Novel:
        return Novel(key="n", url=response.url, title="Nested")

    def chapters(self, response: Response) -> IndexPage:
        return IndexPage(links=tuple(ChapterLink(key=d, url=f"{HOST}/{d}", title=d) for d in ("5", "200000")))

    def chapter(self, response: Response) -> Chapter:
        deep = int(response.url.rpartition("/")[2])
        return Chapter(content="<i>" * deep + "text" + "</i>" * deep)


def test_a_text_that_is_nested_without_end_is_refused_before_it_is_cleaned():
    found = parse(Nested(), HOST, lambda asked: HtmlResponse(str(asked), body=b"{}"), holes={}, checkpoint=lambda: None)
    shallow, deep = found.chapters

    assert shallow.chapter is not None
    assert deep.hole is not None
    assert (deep.hole.kind, deep.hole.final) == ("too_large", False)
    assert "MAX_PAGE_DEPTH" in deep.hole.reason
