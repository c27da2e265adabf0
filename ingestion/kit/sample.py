"""A look at a novel: its index, and of its chapters the first, the second, the middle one and the last. It needs no library."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urldefrag

from scrapy.http import Response

from ingestion.crawl import errand
from ingestion.crawl.errand import Errand, Get
from ingestion.errors import IngestionError, NotFound, RateLimited
from ingestion.items import Asked, Hole, IndexPage, ParsedChapter, ParsedNovel
from ingestion.parse import parse
from spiders import asking
from spiders.base import NovelSpider

#: Pages of an index that are looked at, and pages of a novel that has none, whose chapters lead from one to the next.
INDEX_PAGES = 50
CHAIN_PAGES = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """The pages by what was asked for, those of the index first, and why a chapter's page did not come, by URL.

    `unseen` is where the index goes on behind the pages that were looked at.
    """

    index_url: str
    index: dict[Asked, Response]
    pages: dict[Asked, Response]
    holes: dict[str, Hole]
    unseen: frozenset[Asked]

    def novel(self, spider: type[NovelSpider]) -> ParsedNovel:
        """The novel as a job would save it, had it these pages alone. Raises IngestionError when the index cannot be read."""
        reader = _ending(spider, self.index_url, self.unseen)
        found = self.index | self.pages
        return parse(reader, self.index_url, found.get, holes=self.holes, checkpoint=lambda: None)


def take(spider: type[NovelSpider], url: str) -> Sample:
    """Fetch a sample of the novel at `url`. Raises IngestionError when its index cannot be had or read."""
    return errand.run(spider, url, errand_at(spider, url))


def errand_at(spider: type[NovelSpider], url: str) -> Errand[Sample]:
    """The errand that fetches a sample of the novel at `url`."""
    return partial(_take, spider, url)


def chosen(novel: ParsedNovel) -> list[ParsedChapter]:
    """The chapters of which a sample has the pages: the first two, the middle one and the last that are to be had."""
    open_ones = [chapter for chapter in novel.chapters if not chapter.link.locked]
    places = dict.fromkeys((0, 1, len(open_ones) // 2, len(open_ones) - 1))
    return [open_ones[place] for place in places if 0 <= place < len(open_ones)]


async def _take(spider: type[NovelSpider], url: str, get: Get) -> Sample:
    reader = spider(url=url)
    sample = await _index(reader, reader.index or url, get)
    for chapter in chosen(sample.novel(spider)):
        page = urldefrag(chapter.link.url).url
        if page not in sample.index and page not in sample.pages:
            try:
                sample.pages[page] = await get(reader.chapter_request(replace(chapter.link, url=page)))
            except RateLimited:
                raise  # it wants no more of us for now, and gets its rest
            except IngestionError as error:
                sample.holes[page] = Hole(kind=error.kind, reason=str(error), final=False)
    return sample


async def _index(reader: NovelSpider, index_url: str, get: Get) -> Sample:
    """The pages of the index, in the order in which they are found. A chapter's page may say where it is: then it begins there."""
    found: dict[Asked, Response] = {}
    waiting: list[Asked] = [index_url]
    seen: set[Asked] = {index_url}
    moved, limit = False, INDEX_PAGES
    while waiting and len(found) < limit:
        asked = waiting.pop(0)
        further: tuple[Asked, ...]
        try:
            response = found[asked] = await get(reader.index_request(asked))
            page = _read(reader, response)
        except IngestionError as error:
            further = asking.instead(asked, error.__cause__ or error)
            if not further:
                raise
            found.pop(asked, None)
        else:
            if page.index_url is not None and not moved:
                index_url, moved, found, waiting = page.index_url, True, {}, [page.index_url]
                continue
            limit = CHAIN_PAGES if page.is_chain(response.url) else limit
            further = page.further
        waiting += [another for another in dict.fromkeys(further) if another not in seen]
        seen.update(further)
    return Sample(index_url=index_url, index=found, pages={}, holes={}, unseen=frozenset(waiting))


def _read(reader: NovelSpider, response: Response) -> IndexPage:
    if response.status in reader.handle_httpstatus_list:
        raise NotFound(f"the site says that {response.url} is not there ({response.status}); check the URL")
    return reader.chapters(response)


def _ending(spider: type[NovelSpider], index_url: str, unseen: frozenset[Asked]) -> NovelSpider:
    """The spider, for whom the index ends where the sample does."""

    def chapters(self: NovelSpider, response: Response) -> IndexPage:
        page = spider.chapters(self, response)
        return replace(page, further=tuple(asked for asked in page.further if asked not in unseen))

    ending: type[NovelSpider] = type(spider.__name__, (spider,), {"chapters": chapters})
    return ending(url=index_url)
