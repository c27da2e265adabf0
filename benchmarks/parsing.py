"""Parsing the pages of 200 chapters; against parsel and nh3 called directly, with the same selectors and elements.

The pages are in memory for both. A second row reads them by the generic spider, as those of a site that nobody wrote rules for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import nh3
from parsel import Selector
from scrapy.http import HtmlResponse, Response

from benchmarks import measure, sample
from benchmarks.measure import Row
from ingestion import rules, sanitize
from ingestion.items import Asked
from ingestion.parse import parse
from spiders import selected
from spiders.base import NovelSpider
from spiders.generic import Generic

CHAPTERS = 200
INDEX = "http://novels.example/index.html"


def rows(*, quick: bool) -> list[Row]:
    """The two rows."""
    pages = sample_pages(CHAPTERS)
    ours, generic, theirs = [], [], []
    for _ in measure.rounds(measure.ROUNDS, quick=quick):
        ours.append(_seconds(lambda: read_by_rules(pages)))
        theirs.append(_seconds(lambda: bare(pages)))
        generic.append(_seconds(lambda: read(Generic, pages)))
    name = f"parsing {CHAPTERS} stored pages"
    return [
        measure.by_time(name, ours=ours, against=theirs, must=0.8, aim=0.95),
        measure.by_time(f"{name}, generic spider", ours=generic, against=theirs),
    ]


def sample_pages(chapters: int) -> dict[str, bytes]:
    """The pages of a novel by URL."""
    pages = {INDEX: sample.index_page("parsed", chapters).encode()}
    for number in range(1, chapters + 1):
        pages[f"http://novels.example/chapter-{number}.html"] = sample.chapter_page(number).encode()
    return pages


def read_by_rules(pages: Mapping[str, bytes]) -> int:
    """Parse the novel by the file of rules."""
    return read(selected.spider(rules.of(sample.rules("novels.example"), source="the benchmark")), pages)


def read(spider: type[NovelSpider], pages: Mapping[str, bytes]) -> int:
    """Parse the novel; how many chapters have a text."""

    def load(asked: Asked) -> Response:
        return HtmlResponse(str(asked), body=pages[str(asked)], headers={"Content-Type": "text/html; charset=utf-8"})

    novel = parse(spider(url=INDEX), INDEX, load, holes={}, checkpoint=lambda: None)
    return sum(one.chapter is not None for one in novel.chapters)


def bare(pages: Mapping[str, bytes]) -> int:
    """The same with nothing but the two libraries."""
    index = Selector(text=pages[INDEX].decode())
    texts = []
    for link in index.css("ol a"):
        link.css("::text").get()
        page = Selector(text=pages[f"http://novels.example/{link.attrib['href']}"].decode())
        page.css("h1::text").get()
        texts.append(nh3.clean(page.css("main .text").get(""), tags=sanitize.TAGS, attributes=sanitize.ATTRIBUTES))
    return len(texts)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
