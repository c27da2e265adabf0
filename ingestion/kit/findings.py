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
#: Of places where the numbers fall so many are told one by one: a list that runs backwards falls everywhere.
FALLS = 3
#: What so many of the chapters looked at have alike is seldom a story's.
ALIKE = 3
LONGEST_SHOWN = 60
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def found(spider: type[NovelSpider], seen: Sample) -> Found:
    """What the spider makes of a sample's pages. Raises IngestionError when the index cannot be read."""
    novel = seen.novel(spider)
    looked_at, links = chosen(novel), [chapter.link for chapter in novel.chapters]
    return Found(
        spider=spider.name,
        index_url=seen.index_url,
        novel=novel.novel,
        chapters=len(links),
        in_volumes=sum(link.volume is not None for link in links),
        dated=sum(link.published_at is not None for link in links),
        locked=sum(link.locked for link in links),
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
        words_of_notes=words_of_notes(chapter),
        begins=" ".join(" ".join(text_of(chapter)).split()[:FIRST_WORDS]),
    )


def wrong(novel: ParsedNovel, looked_at: Sequence[ParsedChapter]) -> list[str]:
    """A sentence for each thing that looks wrong; of the texts only those of the chapters that were looked at."""
    of_texts = (told for chapter in looked_at for told in _of_a_text(chapter))
    return [*_of_the_list(novel), *of_texts, *_alike([text_of(chapter) for chapter in looked_at])]


def text_of(chapter: ParsedChapter) -> list[str]:
    """The lines of a chapter's text; none where it has no text."""
    return sanitize.lines(chapter.chapter.content) if chapter.chapter else []


def words_of(chapter: ParsedChapter) -> int:
    """How many words a chapter has."""
    return sum(len(line.split()) for line in text_of(chapter))


def words_of_notes(chapter: ParsedChapter) -> int:
    """How many words its author says before and after it."""
    said = (chapter.chapter.notes_before, chapter.chapter.notes_after) if chapter.chapter else ()
    return sum(len(sanitize.text(note).split()) for note in said if note)


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
    falls = [(before, after) for before, after in pairwise(novel.chapters) if _falls(before, after)]
    for before, after in falls[:FALLS]:
        yield f"{after.link.title!r} comes after {before.link.title!r}: the list may run backwards, or begin anew"
    if len(falls) > FALLS:
        yield f"{len(falls) - FALLS} more chapters come after one with a higher number"


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
    around = [line for line in lines[:END_LINES] + lines[-END_LINES:] if _leads_around(line)]
    if around:
        yield f"{title} has words of navigation in its text: {', '.join(dict.fromkeys(around))}"
    if heading := next((line for line in lines[:END_LINES] if _plain(line) in _titles(chapter)), None):
        yield f"{title} begins with its own heading: {heading}"


def _leads_around(line: str) -> bool:
    """Whether a line is a link to another page, or a row of them."""
    return leads_around(line) or all(map(leads_around, re.findall(r"\w+", line) or [line]))


def _alike(texts: Sequence[list[str]]) -> Iterator[str]:
    """The lines that stand in most of the texts: an advert, a button, a comment's head. A sign between scenes is none."""
    counts = Counter(line for text in texts for line in dict.fromkeys(text) if re.search(r"[^\W\d]", line))
    for line, count in counts.items():
        if count >= ALIKE:
            yield f"{count} of the {len(texts)} chapters looked at have the line {_short(line)}: it may be no part of the text"


def _short(line: str) -> str:
    return repr(line if len(line) <= LONGEST_SHOWN else f"{line[:LONGEST_SHOWN]}…")


def _titles(chapter: ParsedChapter) -> set[str]:
    page = chapter.chapter.title if chapter.chapter else None
    return {_plain(title) for title in (chapter.link.title, page) if title}


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
