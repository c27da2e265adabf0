"""Writes feeds of new chapters as Atom, for feed readers: how each begins, and where it is read. The whole text is a book's matter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ingestion import sanitize
from ingestion.catalog import markup, naming
from ingestion.catalog.markup import Maker, written
from ingestion.catalog.table import Found
from ingestion.models import ChapterRow, NovelRow
from ingestion.visible import shortened

MEDIA_TYPE = "application/atom+xml"
PAGE = "text/html"
#: Characters of a summary.
LONGEST = 300

_atom = Maker(markup.ATOM)


def of_novel(novel: NovelRow, found: Found, base: str) -> bytes:
    """The novel's feed."""
    head = _atom.head(naming.urn("feed", naming.of(novel)), novel.title, changed_at(found, novel.created_at))
    entries = [_entry(chapter, _heading(chapter), [], text, base) for _, chapter, text in found]
    return _feed(
        head, novel.authors or [novel.site], f"/novels/{novel.id}/feed.atom", f"/library/{novel.id}", base, entries
    )


def of_library(found: Found, otherwise: datetime, base: str) -> bytes:
    """The feed of all novels; `otherwise` is when it changed, where nothing is in it."""
    head = _atom.head(naming.urn("feed", base), f"{naming.NAME}: new chapters", changed_at(found, otherwise))
    entries = [
        _entry(chapter, f"{novel.title}: {_heading(chapter)}", novel.authors, text, base)
        for novel, chapter, text in found
    ]
    return _feed(head, [naming.NAME], "/feed.atom", "/library", base, entries)


def changed_at(found: Found, otherwise: datetime) -> datetime:
    """When one of these chapters last changed."""
    return max((chapter.updated_at for _, chapter, _ in found), default=otherwise)


def _feed(head: list[Any], authors: Sequence[str], own: str, page: str, base: str, entries: list[Any]) -> bytes:
    links = (
        _atom.link("self", naming.root(base) + own, MEDIA_TYPE),
        _atom.link("alternate", naming.root(base) + page, PAGE),
    )
    return written(_atom("feed", *head, *_atom.authors(*authors), *links, *entries))


def _entry(chapter: ChapterRow, title: str, authors: Sequence[str], beginning: str, base: str) -> Any:
    summary = shortened(sanitize.text(markup.clean(beginning)), LONGEST)
    return _atom(
        "entry",
        *_atom.head(naming.of(chapter), title, chapter.updated_at),
        _atom("published", naming.moment(chapter.published_at or chapter.created_at)),
        *_atom.authors(*authors),
        _atom.link("alternate", f"{naming.root(base)}/read/{chapter.id}", PAGE),
        _atom("summary", summary, type="text") if summary else None,
    )


def _heading(chapter: ChapterRow) -> str:
    return chapter.title.strip() or f"Chapter {chapter.position}"
