"""What a look at a novel found, and what looks wrong in it: what a person would notice who laid it beside the site. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ingestion import sanitize
from ingestion.found import Found, FoundChapter
from ingestion.items import ParsedChapter, ParsedNovel
from ingestion.kit.sample import Sample, chosen
from spiders.base import NovelSpider
from spiders.phrases import leads_around

#: A chapter with fewer words is more often a wrong selector than a short chapter.
FEW_WORDS = 50
#: So many lines at each end of a text are where navigation gets in.
END_LINES = 4
FIRST_WORDS = 12
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def found(spider: type[NovelSpider], seen: Sample) -> Found:
    """What the spider makes of a sample's pages. Raises IngestionError when the index cannot be read."""
    novel = seen.novel(spider)
    looked_at = chosen(novel)
    return Found(
        spider=spider.name,
        index_url=seen.index_url,
        novel=novel.novel,
        chapters=len(novel.chapters),
        stated_total=novel.stated_total,
        whole=not seen.unseen,
        strategy=novel.strategy,
        looked_at=tuple(map(_found, looked_at)),
        looks_wrong=tuple(wrong(novel, looked_at)),
    )


def _found(chapter: ParsedChapter) -> FoundChapter:
    return FoundChapter(
        position=chapter.position,
        title=chapter.link.title,
        url=chapter.link.url,
        readable=chapter.hole is None,
        title_on_page=chapter.chapter.title if chapter.chapter else None,
        words=words_of(chapter),
        begins=" ".join(" ".join(text_of(chapter)).split()[:FIRST_WORDS]),
    )


def wrong(novel: ParsedNovel, looked_at: Sequence[ParsedChapter]) -> list[str]:
    """A sentence for each thing that looks wrong; of the texts only those of the chapters that were looked at."""
    return [*_of_the_list(novel), *(told for chapter in looked_at for told in _of_a_text(chapter))]


def text_of(chapter: ParsedChapter) -> list[str]:
    """The lines of a chapter's text; none where it has no text."""
    return sanitize.lines(chapter.chapter.content) if chapter.chapter else []


def words_of(chapter: ParsedChapter) -> int:
    """How many words a chapter has."""
    return sum(len(line.split()) for line in text_of(chapter))


def _of_the_list(novel: ParsedNovel) -> Iterator[str]:
    found, stated = len(novel.chapters), novel.stated_total
    if not novel.novel.authors:
        yield "the novel has no author"
    if not found:
        yield "the index lists no chapter"
    if stated is not None and stated != found:
        yield f"the index lists {found} chapters, and the site says that there are {stated}"
    titles = Counter(chapter.link.title for chapter in novel.chapters if chapter.link.title)
    for title, count in titles.items():
        if count > 1:
            yield f"{count} chapters have the title {title!r}"
    for before, after in pairwise(novel.chapters):
        if _falls(before, after):
            yield f"{after.link.title!r} comes after {before.link.title!r}: the list may run backwards, or begin anew"


def _falls(before: ParsedChapter, after: ParsedChapter) -> bool:
    """Whether the number in the title gets smaller within a volume."""
    numbers = [_NUMBER.search(chapter.link.title) for chapter in (before, after)]
    first, second = (float(found[0]) if found else None for found in numbers)
    if first is None or second is None or before.link.volume != after.link.volume:
        return False
    return second < first


def _of_a_text(chapter: ParsedChapter) -> Iterator[str]:
    title, lines = repr(chapter.link.title or chapter.link.key), text_of(chapter)
    if chapter.hole is not None:
        yield f"{title} cannot be read: {chapter.hole.reason}"
        return
    if chapter.chapter and words_of(chapter) < FEW_WORDS and "<img" not in chapter.chapter.content:
        yield f"{title} has only {words_of(chapter)} words"
    around = [line for line in lines[:END_LINES] + lines[-END_LINES:] if leads_around(line)]
    if around:
        yield f"{title} has words of navigation in its text: {', '.join(dict.fromkeys(around))}"
    if lines and _plain(lines[0]) in _titles(chapter):
        yield f"{title} begins with its own heading: {lines[0]}"


def _titles(chapter: ParsedChapter) -> set[str]:
    page = chapter.chapter.title if chapter.chapter else None
    return {_plain(title) for title in (chapter.link.title, page) if title}


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
