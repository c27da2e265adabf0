"""Several chapters on one page: the page is fetched once, and each chapter gets its own part of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scrapy.http import HtmlResponse, Response

from ingestion import holes
from ingestion.items import Chapter, ChapterLink, IndexPage, Novel
from ingestion.parse import parse
from spiders.base import NovelSpider

INDEX = "https://example.org/book"
PAGE = "https://example.org/part-1"


class Anthology(NovelSpider):
    """Two chapters on the index itself, two on a page beside it."""

    name = "anthology"
    strategies = ("list", "table")

    def novel(self, response: Response) -> Novel:
        return Novel(key="1", url=response.url, title="Four Lamps")

    def chapters(self, response: Response) -> IndexPage:
        urls = [f"{INDEX}#a", f"{INDEX}#b", f"{PAGE}#c", f"{PAGE}#d"]
        return IndexPage(
            links=tuple(ChapterLink(key=url[-1], url=url, title=url[-1]) for url in urls), strategy="table"
        )

    def chapter(self, response: Response) -> Chapter:
        part = response.url.partition("#")[2]
        return Chapter(content=f"<p>{response.css(f'#{part}::text').get()}</p>")


def page(url: str, *parts: str) -> HtmlResponse:
    return HtmlResponse(url, body="".join(f"<p id={part}>text of {part}</p>" for part in parts).encode())


@pytest.fixture
def pages() -> dict[str, HtmlResponse]:
    return {INDEX: page(INDEX, "a", "b"), PAGE: page(PAGE, "c", "d")}


def test_a_page_is_asked_for_once_however_many_chapters_it_holds(pages: dict[str, HtmlResponse]):
    asked = [request.url for request in Anthology(url=INDEX).parse_index(pages[INDEX])]

    assert asked == [PAGE]


def test_each_chapter_gets_its_own_part(pages: dict[str, HtmlResponse]):
    found = parse(Anthology(url=INDEX), INDEX, pages.get, holes={}, checkpoint=lambda: None)

    assert [(c.link.key, c.chapter and c.chapter.content) for c in found.chapters] == [
        (part, f"<p>text of {part}</p>") for part in "abcd"
    ]


def test_what_the_site_counts_is_told_where_it_differs(pages: dict[str, HtmlResponse]):
    found = parse(Anthology(url=INDEX), INDEX, pages.get, holes={}, checkpoint=lambda: None)

    assert holes.counted(found) == "4 chapters parsed, listed by table"
    assert holes.counted(replace(found, stated_total=4)) == "4 chapters parsed, listed by table"
    assert (
        holes.counted(replace(found, stated_total=5))
        == "4 chapters parsed, listed by table; the site says that there are 5"
    )


def test_it_is_told_by_which_of_the_site_s_ways_the_chapters_were_found(pages: dict[str, HtmlResponse]):
    found = parse(Anthology(url=INDEX), INDEX, pages.get, holes={}, checkpoint=lambda: None)

    assert (found.strategy, found.rank) == ("table", 1)
