"""find and suggest: what a reader is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from ingestion import sanitize
from ingestion.search import chapters, index, query, snippet, titles, tongues
from ingestion.search.query import Question, Wish
from ingestion.search.snippet import Part
from ingestion.search.titles import FoundNovel


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundChapter:
    """A chapter, and the place of its text that shows best why. `in_title`: its title alone has what was looked for."""

    id: int
    novel_id: int
    novel_title: str
    position: int
    volume: str | None
    title: str
    language: str | None
    in_title: bool
    score: float
    snippet: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Results:
    """A page of what was found, best first; the novels are on the first one.

    `next_offset` is where the next page begins, if there is one. `more`: so many chapters have the words that only the newest of them
    were ranked. `waiting` novels have changed since they were indexed, or never were.
    """

    novels: tuple[FoundNovel, ...] = ()
    chapters: tuple[FoundChapter, ...] = ()
    next_offset: int | None = None
    more: bool = False
    waiting: int = 0


def find(session: Session, wish: Wish) -> Results:
    """What fits the wish. Nothing that could be typed is an error: what asks nothing finds nothing."""
    first = wish.offset == 0 and wish.novel_id is None
    novels = titles.found(session, wish) if first else []
    asked = query.question(session, wish)
    rows, more = chapters.found(session, asked, wish) if asked else ([], False)
    shown = rows[: wish.limit]
    return Results(
        novels=tuple(novels),
        chapters=_shown(session, shown, asked) if asked else (),
        next_offset=wish.offset + wish.limit if len(rows) > wish.limit else None,
        more=more,
        waiting=index.waiting(session),
    )


def suggest(session: Session, text: str, limit: int = 8) -> tuple[FoundNovel, ...]:
    """Novels for what somebody has typed so far: titles and authors that begin so, then such as are nearly so."""
    return tuple(titles.suggested(session, text, limit=limit))


def _shown(session: Session, rows: Sequence[Row[Any]], asked: Question) -> tuple[FoundChapter, ...]:
    said = {id: sanitize.text(html) for id, html in chapters.texts(session, [row.id for row in rows]).items()}
    spoken = {row.id: tongues.of(row.language) for row in rows}
    cut = snippet.snippets(session, said, spoken, asked.lexemes)
    return tuple(
        FoundChapter(
            id=row.id,
            novel_id=row.novel_id,
            novel_title=row.novel_title,
            position=row.position,
            volume=row.volume,
            title=row.title,
            language=row.language,
            in_title=bool(row.titled),
            score=round(row.rank, 4),
            snippet=cut[row.id],
        )
        for row in rows
    )
