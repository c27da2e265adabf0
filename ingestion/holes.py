"""What is missing of a parsed novel, and what that means for its job: nothing, work undone, or nothing to save at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from ingestion.errors import Incomplete, IngestionError, NotFound, SiteError, UnsupportedSite
from ingestion.items import ParsedChapter, ParsedNovel

NAMED_HOLES = 20


def unfinished(parsed: ParsedNovel, cut_short: SiteError | None) -> Incomplete | None:
    """The error of a novel of which chapters should be there and are not, naming them; None when there are none.

    `cut_short` is why the crawl did not ask for every page. Raises the reason when not one chapter could be had.
    """
    if not any(chapter.chapter for chapter in parsed.chapters):
        raise cut_short or _nothing(parsed)
    undone = _undone(parsed)
    if not undone:
        return None
    listed = "; ".join(f"{c.link.title!r}: {c.hole.reason}" for c in undone[:NAMED_HOLES] if c.hole)
    more = f"; and {len(undone) - NAMED_HOLES} more, in the event's detail" if len(undone) > NAMED_HOLES else ""
    told = f"{len(undone)} of {len(parsed.chapters)} chapters could not be had; the others are saved. "
    because = f"The crawl ended early: {cut_short}. " if cut_short else ""
    return Incomplete(
        f"{told}{because}A retry asks for these alone. Missing: {listed}{more}",
        kinds=frozenset(c.hole.kind for c in undone if c.hole),
        retry_after=cut_short.retry_after if cut_short else None,
    )


def counted(parsed: ParsedNovel, pictures: str = "") -> str:
    """How many chapters there are and how they were found, how many the site says there are where that differs; and `pictures`."""
    found, stated = len(parsed.chapters), parsed.stated_total
    found_by = f", listed by {parsed.strategy}" if parsed.strategy else ""
    differs = f"; the site says that there are {stated}" if stated not in (None, found) else ""
    return f"{found} chapters parsed{found_by}{differs}" + (f"; {pictures}" if pictures else "")


def to_ask_again(parsed: ParsedNovel) -> list[str]:
    """The URLs of pages that are no answer: those of undone chapters and, once nothing is undone, of those that are missing.

    A chapter that the site does not serve is asked for once by each job, and not by each of its attempts.
    """
    return [c.link.url for c in _undone(parsed) or parsed.chapters if c.hole]


def named(parsed: ParsedNovel) -> list[dict[str, Any]]:
    """Every chapter that should be there and is not, with its reason, as an event's detail tells it."""
    return [
        {"key": c.link.key, "title": c.link.title, "url": c.link.url, "kind": c.hole.kind, "reason": c.hole.reason}
        for c in _undone(parsed)
        if c.hole
    ]


def filled(parsed: ParsedNovel, fresh: Iterable[str]) -> list[dict[str, Any]]:
    """The first of the chapters that have their first text by this attempt, of those with these keys, as an event's detail tells them."""
    keys = frozenset(fresh)
    new = (c.link for c in parsed.chapters if c.link.key in keys)
    return [{"key": link.key, "title": link.title, "url": link.url} for link in islice(new, NAMED_HOLES)]


def _undone(parsed: ParsedNovel) -> list[ParsedChapter]:
    return [chapter for chapter in parsed.chapters if chapter.hole and not chapter.hole.final]


def _nothing(parsed: ParsedNovel) -> IngestionError:
    """The error of a novel of which not one chapter could be had: what stopped most of them."""
    if not parsed.chapters:
        return UnsupportedSite(f"the index {parsed.novel.url} lists no chapter; check the URL, or the site has changed")
    holes = [chapter.hole for chapter in parsed.chapters if chapter.hole]
    kind, count = Counter(hole.kind for hole in holes).most_common(1)[0]
    reason = next(hole.reason for hole in holes if hole.kind == kind)
    error = next((e for e in _kinds(IngestionError) if e.kind == kind), NotFound)
    told = f"none of the {len(parsed.chapters)} chapters of {parsed.novel.url} could be had"
    return error(f"{told}; {count} of them ({kind}), the first because: {reason}")


def _kinds(root: type[IngestionError]) -> Iterator[type[IngestionError]]:
    yield root
    for child in root.__subclasses__():
        yield from _kinds(child)
