"""Stored pages to a ParsedNovel: the spider's pure methods, then sanitising. No network, no writing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from scrapy.http import Response

from ingestion import sanitize
from ingestion.errors import IngestionError, NotFound, ParseError, Unreachable
from ingestion.items import Chapter, ChapterLink, Hole, IndexPage, Novel, ParsedChapter, ParsedNovel
from spiders.base import NovelSpider

_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
Load = Callable[[str], Response | None]


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
    links: dict[str, ChapterLink] = {}
    for page in _index(spider, index_url, load):
        checkpoint()
        for link in page.links:
            links.setdefault(
                link.key, replace(link, title=_storable(link.title), volume=_storable(link.volume) or None)
            )
    chapters = []
    for position, link in enumerate(links.values(), start=1):
        checkpoint()
        chapters.append(_chapter(spider, link, position, load, holes))
    return ParsedNovel(site=spider.name, novel=novel, chapters=tuple(chapters), seen_at=seen_at)


def _index(spider: NovelSpider, index_url: str, load: Load) -> Iterator[IndexPage]:
    """The pages of the index in the order in which they were found, each once."""
    waiting, seen = [index_url], {index_url}
    while waiting:
        page = spider.chapters(_index_page(load, waiting.pop(0)))
        yield page
        for url in page.further:
            if url not in seen:
                seen.add(url)
                waiting.append(url)


def _index_page(load: Load, url: str) -> Response:
    response = load(url)
    if response is None:
        raise Unreachable(f"the index page {url} is no more in the page store; the next attempt fetches it again")
    if response.status in NovelSpider.handle_httpstatus_list:
        raise NotFound(f"the site says that {url} is not there ({response.status}); check the URL")
    return response


def _chapter(
    spider: NovelSpider, link: ChapterLink, position: int, load: Load, holes: Mapping[str, Hole]
) -> ParsedChapter:
    if link.locked:
        hole = Hole(kind="locked", reason="the site gives it only to those who pay or log in", final=True)
        return ParsedChapter(link=link, position=position, hole=hole)
    found = _read(spider, link, load, holes)
    if isinstance(found, Hole):
        return ParsedChapter(link=link, position=position, hole=found)
    return ParsedChapter(link=link, position=position, chapter=found)


def _read(spider: NovelSpider, link: ChapterLink, load: Load, holes: Mapping[str, Hole]) -> Chapter | Hole:
    if link.url in holes:
        return holes[link.url]
    response = load(link.url)
    if response is None:
        return Hole(kind="unreachable", reason=f"{link.url} was not fetched", final=False)
    if response.status in NovelSpider.handle_httpstatus_list:
        return Hole(kind="not_found", reason=f"the site answers {response.status}", final=True)
    try:
        return _cleaned(spider.chapter(response), response.url)
    except NotFound as error:
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
    title = " ".join(_storable(chapter.title).split())
    return replace(
        chapter, content=content, notes_before=before or None, notes_after=after or None, title=title or None
    )


def _named(novel: Novel) -> Novel:
    """The novel with texts that can be stored, its title on one line. Raises ParseError when it has none."""
    title = " ".join(_storable(novel.title).split())
    if not title:
        raise ParseError(f"the index {novel.url} gives the novel no title")
    return replace(
        novel,
        title=title,
        authors=tuple(map(_storable, novel.authors)),
        description=_storable(novel.description) or None,
        language=_storable(novel.language) or None,
        tags=tuple(map(_storable, novel.tags)),
    )


def _storable(text: str | None) -> str:
    """A text without what PostgreSQL cannot hold (NUL, lone surrogates) and what no text means (other control characters)."""
    return _UNSTORABLE.sub("", text or "")
