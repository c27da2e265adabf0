"""The two real novels in the dresses of sites that nobody wrote a spider for: every unit in order, its words and none of the page's."""

from __future__ import annotations

from functools import cache
from urllib.parse import urlsplit

import pytest
from lxml import html
from scrapy.http import HtmlResponse

from ingestion.items import Hole, ParsedNovel
from ingestion.parse import parse
from ingestion.sanitize import text
from spiders.generic import Generic
from tests.alike import alike
from tests.sites import dresses
from tests.sites.dresses import Book, Unit
from tests.spiders.test_generic_novels import CHICKENS, FRANKENSTEIN, NOVELS, units

SITE = "http://inkwell.example"
NOT_ASKED = Hole(kind="not asked", reason="each dress is tried on some of the units", final=True)

pytestmark = pytest.mark.skipif(not NOVELS.is_dir(), reason=f"the two real novels are not at {NOVELS}")


@cache
def book(novel: str) -> Book:
    """The novel's units as they are in its files."""
    made = []
    for link in units(novel):
        section = html.document_fromstring((NOVELS / novel / link.key).read_bytes()).find(".//section")
        next(section.iter("hgroup", "h2")).drop_tree()
        content = "".join(html.tostring(child, encoding="unicode") for child in section)
        made.append(Unit(title=link.title, content=content))
    return Book(title=novel.partition("_")[2].replace("-", " ").title(), author="A. Writer", units=made)


def read(pages: dresses.Pages, *, every: int = 1) -> ParsedNovel:
    """What the spider makes of a site, started at its first page; of the chapters one in `every` is read."""

    def load(url: str) -> HtmlResponse | None:
        path = url.removeprefix(SITE)
        return HtmlResponse(url, body=pages[path].encode(), encoding="utf-8") if path in pages else None

    left_out = [path for place, path in enumerate(path for path in pages if "/read/" in path) if place % every]
    start = SITE + next(iter(pages))
    holes = {f"{SITE}{path}": NOT_ASKED for path in left_out}
    return parse(Generic(url=start), start, load, holes=holes, checkpoint=lambda: None)


def paths(found: ParsedNovel) -> list[str]:
    return [urlsplit(chapter.link.url).path for chapter in found.chapters]


@pytest.mark.parametrize("novel", alike(CHICKENS, FRANKENSTEIN))
@pytest.mark.parametrize("dress", dresses.DRESSES, ids=lambda dress: dress.__name__)
def test_a_novel_is_read_whole_and_alone_whatever_its_site_wears(dress: dresses.Dress, novel: str):
    worn = book(novel)
    found = read(dress(worn), every=1 if dress is dresses.blog else 3)

    assert found.novel.title == worn.title
    assert paths(found) == [dresses.path(number) for number in range(1, len(worn.units) + 1)]
    for chapter, unit in zip(found.chapters, worn.units, strict=True):
        if chapter.hole is not NOT_ASKED:
            assert chapter.chapter is not None, chapter.hole
            assert text(chapter.chapter.content).split() == text(unit.content).split(), unit.title
            assert chapter.chapter.title == unit.title
