"""Stored pages to a ParsedNovel: the spider's pure methods, then sanitising. No network, no writing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import urldefrag

from scrapy.http import Response

from ingestion import sanitize
from ingestion.errors import IngestionError, Locked, NotFound, ParseError, Unreachable
from ingestion.items import Asked, Chapter, ChapterLink, Hole, IndexPage, Novel, ParsedChapter, ParsedNovel
from ingestion.sanitize import storable
from spiders import asking
from spiders.base import NovelSpider

LONGEST_KEY_BYTES = 1024
Load = Callable[[Asked], Response | None]


def parse(
    spider: NovelSpider,
    index_url: str,
    load: Load,
    *,
    holes: Mapping[str, Hole],
    checkpoint: Callable[[], None],
    seen_at: datetime | None = None,
) -> ParsedNovel:
    """The novel at `index_url` as the pages that `load` gives tell it. `holes` says why a page is not there, by URL.

    Raises IngestionError when the index is not what it should be, and whatever `checkpoint` raises.
    """
    novel = _named(spider.novel(_index_page(load, index_url)))
    index = []
    for page in _index(spider, index_url, load):
        checkpoint()
        index.append(page)
    strategy = next((page.strategy for page in index if page.links), "")
    chapters = []
    for position, link in enumerate(_in_reading_order(index), start=1):
        checkpoint()
        chapters.append(_chapter(spider, link, position, load, holes))
    return ParsedNovel(
        site=spider.name,
        novel=novel,
        chapters=spider.review(tuple(chapters)),
        stated_total=max((page.stated_total for page in index if page.stated_total is not None), default=None),
        strategy=strategy,
        rank=spider.strategies.index(strategy) if strategy in spider.strategies else 0,
        index_url=index_url,
        seen_at=seen_at,
    )


def _in_reading_order(index: Iterable[IndexPage]) -> Iterable[ChapterLink]:
    """The chapters of all pages, each once, as it was listed first."""
    ordered: list[ChapterLink] = []
    newest_first = False
    for page in index:
        newest_first = newest_first or page.newest_first
        ordered = [*page.links, *ordered] if newest_first else [*ordered, *page.links]
    links: dict[str, ChapterLink] = {}
    for link in map(_kept, ordered):
        links.setdefault(link.key, link)
    return links.values()


def _kept(link: ChapterLink) -> ChapterLink:
    """The link with texts that can be stored."""
    title, volume = storable(link.title), storable(link.volume) or None
    return replace(link, key=_key(link.key), url=storable(link.url), title=title, volume=volume)


def _key(key: str) -> str:
    """The site's key in a length that an index can hold (PostgreSQL's has 2704 bytes); of a longer one its beginning and its hash."""
    kept = storable(key)
    if len(kept.encode()) <= LONGEST_KEY_BYTES:
        return kept
    return f"{kept[: LONGEST_KEY_BYTES // 8]}…{hashlib.sha256(kept.encode()).hexdigest()}"


def _index(spider: NovelSpider, index_url: str, load: Load) -> Iterator[IndexPage]:
    """The pages of the index in the order in which they were found, each once."""
    waiting: list[Asked] = [index_url]
    seen: set[Asked] = {index_url}
    while waiting:
        asked = waiting.pop(0)
        further: tuple[Asked, ...]
        try:
            page = spider.chapters(_index_page(load, asked))
        except IngestionError as error:
            further = asking.instead(asked, error)
            if not further:
                raise
        else:
            further = page.further
            yield page
        waiting += [another for another in dict.fromkeys(further) if another not in seen]
        seen.update(further)


def _index_page(load: Load, asked: Asked) -> Response:
    response = load(asked)
    if response is None:
        raise Unreachable(f"the index page {asked} is no more in the page store; the next attempt fetches it again")
    if response.status in NovelSpider.handle_httpstatus_list:
        raise NotFound(f"the site says that {asked} is not there ({response.status}); check the URL")
    return response


def _chapter(
    spider: NovelSpider, link: ChapterLink, position: int, load: Load, holes: Mapping[str, Hole]
) -> ParsedChapter:
    if link.locked:
        hole = Hole(kind="locked", reason="the site gives it only to those who pay or log in", final=True)
        return ParsedChapter(link=link, position=position, hole=hole)
    found = read(spider, link, load, holes)
    if isinstance(found, Hole):
        return ParsedChapter(link=link, position=position, hole=found)
    return ParsedChapter(link=link, position=position, chapter=found)


def read(spider: NovelSpider, link: ChapterLink, load: Load, holes: Mapping[str, Hole]) -> Chapter | Hole:
    """The text that a link leads to, sanitised, or why there is none."""
    page, fragment = urldefrag(link.url)
    if page in holes:
        return holes[page]
    response = load(page)
    if response is None:
        return Hole(kind="unreachable", reason=f"{link.url} was not fetched", final=False)
    if response.status in NovelSpider.handle_httpstatus_list:
        return Hole(kind="not_found", reason=f"the site answers {response.status}", final=True)
    try:
        part = response.replace(url=f"{response.url}#{fragment}") if fragment else response
        return _cleaned(spider.chapter(part), response.url)
    except (NotFound, Locked) as error:
        return Hole(kind=error.kind, reason=str(error), final=True)
    except IngestionError as error:
        return Hole(kind=error.kind, reason=str(error), final=False)


def _cleaned(chapter: Chapter, url: str) -> Chapter:
    """The chapter with inert HTML. Raises ParseError when no text is left of it: an empty chapter is never saved."""
    content = sanitize.clean(chapter.content, url)
    if not sanitize.text(content) and "<img" not in content:
        raise ParseError(f"the page {url} has no text")
    before = sanitize.clean(chapter.notes_before, url) if chapter.notes_before else None
    after = sanitize.clean(chapter.notes_after, url) if chapter.notes_after else None
    title = " ".join(storable(chapter.title).split())
    return replace(
        chapter, content=content, notes_before=before or None, notes_after=after or None, title=title or None
    )


def _named(novel: Novel) -> Novel:
    """The novel with texts that can be stored, its title on one line. Raises ParseError when it has none."""
    title = " ".join(storable(novel.title).split())
    if not title:
        raise ParseError(f"the index {novel.url} gives the novel no title")
    return replace(
        novel,
        key=_key(novel.key),
        url=storable(novel.url),
        title=title,
        cover_url=storable(novel.cover_url) or None,
        authors=tuple(map(storable, novel.authors)),
        description=storable(novel.description) or None,
        language=storable(novel.language) or None,
        tags=tuple(map(storable, novel.tags)),
    )
