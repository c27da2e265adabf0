"""SQL that puts imported chapters into the library. Nothing that is there is changed: a text stays, and nothing is marked gone.

A file is older than what a job has read: of a novel that was read from its site, a file gives only texts that the library lacks, and
chapters that the site no longer lists. No function here commits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session, defer

from ingestion import columns, copying, db, novels
from ingestion.items import ParsedNovel
from ingestion.models import ChapterRow, Job, NovelRow, SourceRow
from ingestion.search import index


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelved:
    """Which novel it is, how many texts it got, and whether a job has read it from its site by now."""

    novel_id: int
    texts: int
    was_read: bool


def shelve(session: Session, parsed: ParsedNovel) -> Shelved:
    """Save the novel where the library has none of this key, and the chapters that have no text there."""
    statement = upsert(NovelRow).values(site=parsed.site, key=parsed.novel.key, **novels.facts(parsed))
    session.execute(statement.on_conflict_do_nothing(index_elements=[NovelRow.site, NovelRow.key]))
    here = NovelRow.site == parsed.site, NovelRow.key == parsed.novel.key
    novel = session.scalars(select(NovelRow).where(*here).with_for_update()).one()
    left = defer(ChapterRow.content), defer(ChapterRow.notes_before), defer(ChapterRow.notes_after)
    query = select(ChapterRow).where(ChapterRow.novel_id == novel.id).options(*left)
    known = session.scalars(query.order_by(ChapterRow.position, ChapterRow.id)).all()
    was_read = novel.seen_at is not None
    places = _places(known, [chapter.link.key for chapter in parsed.chapters], stay=was_read)
    rows = [columns.of(novel.id, chapter) | {"position": places[chapter.link.key]} for chapter in parsed.chapters]
    there = {row.key: row for row in known}
    gone = {"gone_at": db.now(session) if was_read else None}
    new = [row | gone for row in rows if row["key"] not in there]
    lacking = [row for row in rows if row["key"] in there and there[row["key"]].digest is None]
    had = sum(row.digest is not None for row in known)
    copying.insert(session, ChapterRow, new)
    _fill(session, there, lacking)
    _move(session, [] if was_read else known, places)
    if new or lacking:
        _grow(session, novel.id, readable=had + len(new) + len(lacking))
    return Shelved(novel_id=novel.id, texts=len(new) + len(lacking), was_read=was_read)


def known(session: Session, parsed: ParsedNovel) -> NovelRow | None:
    """The novel where the library has it under another key, or reads it from elsewhere by now."""
    source = select(SourceRow.novel_id).where(SourceRow.site == parsed.site, SourceRow.key == parsed.novel.key)
    index = (parsed.index_url or parsed.novel.url).rstrip("/")
    at = NovelRow.index_url.in_([index, f"{index}/"]) | NovelRow.id.in_(source)
    other = (NovelRow.site != parsed.site) | (NovelRow.key != parsed.novel.key)
    return session.scalars(select(NovelRow).where(at, other).limit(1)).one_or_none()


def read_from(session: Session, canonical_url: str) -> int | None:
    """The id of a novel that was read from its site, given a URL of it that somebody may have asked for; None where it is not known."""
    bare = canonical_url.rstrip("/")
    spellings = [bare, f"{bare}/"]
    asked = select(Job.novel_id).where(Job.canonical_url == canonical_url, Job.novel_id.is_not(None))
    at = NovelRow.url.in_(spellings) | NovelRow.index_url.in_(spellings) | NovelRow.id.in_(asked)
    return session.scalars(select(NovelRow.id).where(at, NovelRow.seen_at.is_not(None)).limit(1)).one_or_none()


def _places(known: Sequence[ChapterRow], keys: Sequence[str], *, stay: bool) -> dict[str, int]:
    """The position of each chapter. A new one stands behind the one that the file has before it; if those there `stay`, at its place."""
    positions = {row.key: row.position for row in known}
    order = list(_merged([row.key for row in known], keys))
    if not stay:
        return {key: place for place, key in enumerate(order, start=1)}
    last = next(iter(positions.values()), 1)
    places = {}
    for key in order:
        last = places[key] = positions.get(key, last)
    return places


def _merged(there: Sequence[str], keys: Sequence[str]) -> Iterator[str]:
    """All chapters in one order: those that only the file has follow the one before them in it; else go before the next; else to the end."""
    listed = set(there)
    after: dict[str | None, list[str]] = defaultdict(list)
    before: str | None = None
    for key in keys:
        if key in listed:
            before = key
        else:
            after[before].append(key)
    first = next((key for key in keys if key in listed), None)
    for key in there:
        yield from after.pop(None, ()) if key == first else ()
        yield from (key, *after[key])
    yield from after.pop(None, ())


def _fill(session: Session, there: dict[str, ChapterRow], rows: Sequence[dict[str, Any]]) -> None:
    found = {"revision": 1, "missing_kind": None, "missing_reason": None, "updated_at": func.now()}
    for row in rows:
        text = {name: row[name] for name in columns.TEXT} | found
        session.execute(update(ChapterRow).where(ChapterRow.id == there[row["key"]].id).values(text))


def _grow(session: Session, novel_id: int, *, readable: int) -> None:
    """Let those who look at the novel alone see that it has more chapters: its library, its catalogue, its search."""
    novels.tally(session, novel_id, readable=readable, grown=True)
    session.execute(update(NovelRow).where(NovelRow.id == novel_id).values(updated_at=func.now()))
    index.ask(session, novel_id)


def _move(session: Session, known: Sequence[ChapterRow], places: dict[str, int]) -> None:
    for row in known:
        if row.position != places[row.key]:
            row.position = places[row.key]
    session.flush()
