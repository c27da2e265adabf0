"""Stored pages to a ParsedNovel: the spider's pure methods, then sanitising. No network, no writing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import urldefrag

from scrapy.http import Response

from ingestion import config, naming, sanitize, urls
from ingestion.errors import ForbiddenAddress, IngestionError, Locked, NotFound, ParseError, TooLarge, Unreachable
from ingestion.folded import Folder
from ingestion.items import Asked, Chapter, ChapterLink, Hole, IndexPage, Novel, ParsedChapter, ParsedNovel
from spiders import asking
from spiders.base import NovelSpider

#: The URL of a chapter whose index gives none that could be followed.
NOWHERE = "about:blank"
Load = Callable[[Asked], Response | None]


def parse(
    spider: NovelSpider,
    index_url: str,
    load: Load,
    *,
    holes: Mapping[str, Hole],
    checkpoint: Callable[[], None],
    expect: Callable[[Iterable[Asked]], None] = lambda _: None,
    seen_at: datetime | None = None,
) -> ParsedNovel:
    """The novel at `index_url` as the pages that `load` gives tell it. `holes` says why a page is not there, by URL.

    `expect` is told beforehand what will be loaded.

    Raises IngestionError when the index is not what it should be, and whatever `checkpoint` raises.
    """
    novel = named(spider.novel(_index_page(load, index_url)), index_url)
    index = []
    for page in _index(spider, index_url, load, holes):
        checkpoint()
        index.append(page)
    strategy = next((page.strategy for page in index if page.links), "")
    links = _in_reading_order(index)
    if len(links) > (most := config.settings().max_chapters):
        raise TooLarge(f"{index_url} lists more than {most} chapters; raise MAX_CHAPTERS if that is right")
    expect(map(_page, links))
    chapters, folder = [], Folder()
    for position, link in enumerate(links, start=1):
        checkpoint()
        chapters.append(_chapter(spider, link, position, load, holes, folder))
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


def _in_reading_order(index: Iterable[IndexPage]) -> list[ChapterLink]:
    """The chapters of all pages, each once, as it was listed first."""
    ordered: list[ChapterLink] = []
    newest_first = False
    for page in _with_volumes(index):
        newest_first = newest_first or page.newest_first
        ordered = [*page.links, *ordered] if newest_first else [*ordered, *page.links]
    links: dict[str, ChapterLink] = {}
    for link in ordered:
        links.setdefault(naming.key(link.key), link)
    return list(links.values())


def _with_volumes(index: Iterable[IndexPage]) -> Iterator[IndexPage]:
    """The pages, each going on in the volume that was open at the end of the one before, where the list is such a one."""
    volume = None
    for page in index:
        way = -1 if page.newest_first else 1  # headings stand above what they name, in the order of the page
        links = list(page.links[::way])
        for place, link in enumerate(links):
            if link.volume is not None or not page.volumes_run_on:
                break
            links[place] = replace(link, volume=volume)
        volume = links[-1].volume if links else volume
        yield replace(page, links=tuple(links[::way]))


def shown(link: ChapterLink) -> ChapterLink:
    """The entry as it is stored: whoever shows it shows text on one line, and an address that runs nothing."""
    return replace(
        link,
        key=naming.key(link.key),
        url=urls.web(link.url) or NOWHERE,
        title=naming.name(link.title),
        volume=naming.name(link.volume) or None,
    )


def _index(spider: NovelSpider, index_url: str, load: Load, holes: Mapping[str, Hole]) -> Iterator[IndexPage]:
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
            if not further and asked not in holes:
                raise
            if isinstance(asked, str) and not further:  # where a chain ends
                yield IndexPage(links=(spider.unread(asked),))
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
    spider: NovelSpider, link: ChapterLink, position: int, load: Load, holes: Mapping[str, Hole], folder: Folder
) -> ParsedChapter:
    found = _unasked(link) or read(spider, link, load, holes)
    if isinstance(found, Hole):
        return ParsedChapter(link=shown(link), position=position, hole=found)
    return ParsedChapter(link=shown(link), position=position, chapter=folder.fold(found))


def _unasked(link: ChapterLink) -> Hole | None:
    """Why the chapter was not even asked for, if it was not."""
    if link.locked:
        return Hole(kind="locked", reason="the site gives it only to those who pay or log in", final=True)
    if urls.web(link.url) is None:
        return Hole(kind=ForbiddenAddress.kind, reason="the index gives it no web address", final=False)
    return None


def _page(link: ChapterLink) -> str:
    return urls.web(urldefrag(link.url).url) or NOWHERE


def read(spider: NovelSpider, link: ChapterLink, load: Load, holes: Mapping[str, Hole]) -> Chapter | Hole:
    """The text that a link leads to, sanitised, or why there is none."""
    page, fragment = _page(link), urldefrag(link.url).fragment
    if page in holes:
        return holes[page]
    response = load(page)
    if response is None:
        return Hole(kind="unreachable", reason=f"{page} was not fetched", final=False)
    if response.status in NovelSpider.handle_httpstatus_list:
        return Hole(kind="not_found", reason=f"the site answers {response.status}", final=True)
    try:
        part = response.replace(url=f"{response.url}#{fragment}") if fragment else response
        return cleaned(spider.chapter(part), response.url)
    except (NotFound, Locked) as error:
        return Hole(kind=error.kind, reason=str(error), final=True)
    except IngestionError as error:
        return Hole(kind=error.kind, reason=str(error), final=False)


def cleaned(chapter: Chapter, url: str) -> Chapter:
    """The chapter with inert HTML. Raises ParseError when no text is left of it: an empty chapter is never saved."""
    for text in filter(None, (chapter.content, chapter.notes_before, chapter.notes_after)):
        _refuse_deep(text, url)
    content = sanitize.clean(chapter.content, url)
    if "<img" not in content and sanitize.is_blank(content):
        raise ParseError(f"the page {url} has no text")
    before = sanitize.clean(chapter.notes_before, url) if chapter.notes_before else None
    after = sanitize.clean(chapter.notes_after, url) if chapter.notes_after else None
    title = naming.name(chapter.title) or None
    return replace(chapter, content=content, notes_before=before or None, notes_after=after or None, title=title)


def _refuse_deep(text: str, url: str) -> None:
    """Raise TooLarge for a text that no page's own limit has met: it came inside of JSON, and cleaning takes the square of its depth."""
    deepest = config.settings().max_page_depth
    if text.count("<") > deepest and sanitize.depth(text) > deepest:
        raise TooLarge(f"the text of {url} has elements nested more than {deepest} deep (MAX_PAGE_DEPTH); no text has")


def named(novel: Novel, index_url: str) -> Novel:
    """The novel with texts that can be stored, its title on one line. Raises ParseError when it has none."""
    title = naming.name(novel.title)
    if not title:
        raise ParseError(f"the index {novel.url} gives the novel no title")
    return replace(
        novel,
        key=naming.key(novel.key),
        url=urls.web(novel.url) or index_url,
        title=title,
        cover_url=urls.web(novel.cover_url or ""),
        authors=naming.names(novel.authors),
        description=naming.description(novel.description) or None,
        language=naming.name(novel.language) or None,
        tags=naming.names(novel.tags),
    )
