"""Which chapter of which novel a text is. A chapter is known by the site's own key, and what a site's keys are only its spider knows.

Where our own book names the keys, or the spider reads them off the URLs, the chapters are those that a crawl gives. Where not, the novel
and its chapters get keys of their own until a job has read the site: it moves the novel there (`ingestion.sources`), which finds each chapter
again by its text or title.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ingestion import naming, parse
from ingestion.errors import IngestionError
from ingestion.imports import origins
from ingestion.imports.reading import Epub
from ingestion.imports.texts import Text
from ingestion.items import ChapterLink, Novel, ParsedChapter, ParsedNovel
from spiders.base import NovelSpider

#: What the keys of novels begin with that no site has given.
OWN = "import:"
UNTITLED = "Untitled"


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """The novel as it can be saved. Its keys are the site's own, or not; `unread` texts could not be taken."""

    parsed: ParsedNovel
    own_keys: bool
    unread: int


def of(epub: Epub, spider: type[NovelSpider], url: str, texts: Sequence[Text], checkpoint: Callable[[], None]) -> Known:
    """The novel at `url`, which the spider reads, of these texts; `checkpoint` is called before each."""
    index_url = spider.index_url(url)
    keys = _keys(epub, spider, texts)
    novel_key = _novel_key(epub, spider, index_url) if keys else None
    if novel_key is None:
        keys = _of_our_own(texts)
    chapters: dict[str, ParsedChapter] = {}
    for key, text in zip(keys, texts, strict=True):
        checkpoint()
        if key is not None and (one := _chapter(key, text, index_url)) is not None:
            chapters.setdefault(one.link.key, replace(one, position=len(chapters) + 1))
    novel = _novel(epub, url, novel_key or f"{OWN}{index_url}")
    return Known(
        parsed=ParsedNovel(site=spider.name, novel=novel, chapters=tuple(chapters.values()), index_url=index_url),
        own_keys=novel.key.startswith(OWN),
        unread=len(texts) - len(chapters),
    )


def _novel_key(epub: Epub, spider: type[NovelSpider], index_url: str) -> str | None:
    told = origins.identity(epub)
    return told[1] if told is not None and told[0] == spider.name else spider.novel_key(index_url)


def _keys(epub: Epub, spider: type[NovelSpider], texts: Sequence[Text]) -> list[str | None]:
    """The site's keys of the chapters; none at all where most are not known. The only chapter of a novel is often known by the novel."""
    told = origins.identity(epub)
    if told is not None and told[0] == spider.name:
        return [text.told.key for text in texts]
    found = [spider.chapter_key(text.told.url) if text.told.url else None for text in texts]
    return found if len(texts) > 1 and 2 * sum(key is not None for key in found) >= len(texts) else []


def _of_our_own(texts: Sequence[Text]) -> list[str | None]:
    """Keys that another file of the same novel would give the same chapters: by their URLs, else by their titles."""
    taken: dict[str, int] = {}
    keys: list[str | None] = []
    for text in texts:
        key = f"{OWN}{text.told.url or text.title}"
        taken[key] = taken.get(key, 0) + 1
        keys.append(key if taken[key] == 1 else f"{key} ({taken[key]})")
    return keys


def _novel(epub: Epub, url: str, key: str) -> Novel:
    said = epub.metadata
    language = said.language if said.language not in ("", "und") else None
    return parse.named(
        Novel(
            key=key,
            url=next((text for id, text in said.sources if not id), url),
            title=origins.title(epub) or UNTITLED,
            authors=said.authors,
            description=said.description or None,
            cover_url=origins.source(epub, epub.cover) if epub.cover else None,
            language=language,
            status=origins.status(epub),
            tags=said.tags,
        ),
        url,
    )


def _chapter(key: str, text: Text, index_url: str) -> ParsedChapter | None:
    """The chapter, sanitised as any other; None when there is nothing left of it, or more than there may be."""
    url = text.told.url or parse.NOWHERE
    volume = text.told.page.named.volume if text.told.page.named else None
    link = ChapterLink(key=naming.key(key), url=url, title=text.title, volume=volume, matter=text.matter)
    try:
        chapter = parse.cleaned(text.chapter, url if text.told.url else index_url)
    except IngestionError:
        return None
    return ParsedChapter(link=parse.shown(link), position=0, chapter=chapter)
