"""Pages that were cut, doubled or mangled on their way: a spider reads them or says in its own words that it cannot."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

import pytest
from scrapy.http import HtmlResponse

from ingestion import crawl
from ingestion.errors import IngestionError
from spiders.base import NovelSpider
from spiders.generic import Generic
from tests.spiders.recorded import PAGES

#: Accidents a page and spider: the generic one meets every page, and takes ten times as long.
ROUNDS, ROUNDS_OF_GENERIC = 6, 2
RECORDED = sorted(path for path in PAGES.glob("*/*") if path.name != "expected.json")
URLS = ("https://example.org/fiction/1/slug/chapter/2/slug", "https://example.org/ebooks/author/title/text/x#p1")
TORN = (b"<", b"</div>", b"{", b'"', b"\x00", b"\xff\xfe", b"<script>", b"&#xD800;", b"[]", b"null")


def mangled(page: bytes, chance: random.Random) -> bytes:
    """The page after an accident."""
    start, end = sorted(chance.randrange(len(page) + 1) for _ in range(2))
    return chance.choice(
        (
            page[:end],
            page[start:],
            page[:start] + page[end:],
            page[:end] + page[start:],
            page[:start] + chance.choice(TORN) + page[start:],
            page.replace(chance.choice((b'"', b"<p", b"</", b":", b"1")), chance.choice(TORN)),
        )
    )


def spiders_of(page: Path) -> list[type[NovelSpider]]:
    return [spider for spider in crawl.spiders() if spider.name in {page.parent.name, "generic"}]


@pytest.mark.parametrize("page", RECORDED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_mangled_page_is_read_or_refused_in_the_spider_s_own_words(page: Path):
    chance, whole = random.Random(page.name), page.read_bytes()
    for spider in spiders_of(page):
        for _ in range(ROUNDS_OF_GENERIC if spider is Generic else ROUNDS):
            body, url = mangled(whole, chance), chance.choice(URLS)
            response = HtmlResponse(url, body=body, encoding="utf-8")
            for method in ("novel", "chapters", "chapter"):
                with suppress(IngestionError):
                    item = getattr(spider(url=url), method)(response)
                    assert getattr(item, "strategy", "") in ("", *spider.strategies)
