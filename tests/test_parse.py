"""Stored pages to a novel: the order of an index over all of its pages, and what is missing for good."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from scrapy.http import HtmlResponse, Response

from ingestion.items import Asked, Form, ParsedNovel
from ingestion.parse import parse
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
