"""SQL that saves novels and chapters. No function here commits.

A chapter is known by the site's own key. A moved chapter moves, an edited one gets a new revision and keeps the old one, one
that was taken down stays readable and is marked gone. Nothing that was readable is lost by saving.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from sqlalchemy import Row, func, insert, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from ingestion import columns, copying
from ingestion.errors import Shrunk, Superseded
from ingestion.items import ParsedChapter, ParsedNovel
from ingestion.models import ChapterRevision, ChapterRow, NovelRow

#: Fewer chapters than these may go without a question, whatever their share.
FEW = 3
#: What the library knows of a chapter: all but its text.
Known: TypeAlias = Row[Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """What saving did. `saved` and `missing` count the index's chapters with a text and without; `fresh` are the keys of those
    that have one for the first time.
    """

    novel_id: int
    saved: int
    missing: int
    added: int
    changed: int
    gone: int
    fresh: tuple[str, ...] = ()

    def counts(self) -> dict[str, int]:
        """What can be counted, by name."""
        return {name: value for name, value in asdict(self).items() if isinstance(value, int)}


def save(session: Session, parsed: ParsedNovel, *, max_shrink: float = 1.0) -> Saved:
    """Write the novel and its chapters as they are now. Idempotent: the same again changes nothing.

    Raises Superseded when the novel was saved from a newer index already, and Shrunk when the index has lost more than
    `max_shrink` (0 to 1) of the chapters that it listed.
    """
    novel_id = _save_novel(session, parsed)
    known = _known(session, novel_id)
    if max_shrink < 1:
        _refuse_part(parsed, known)
    _refuse_shrinking(parsed, known, max_shrink)
    new = [chapter for chapter in parsed.chapters if chapter.link.key not in known]
    readable = [chapter.link.key for chapter in parsed.chapters if chapter.chapter]
    fresh = tuple(key for key in readable if not _has_text(known.get(key)))
    added = copying.insert(session, ChapterRow, (columns.of(novel_id, chapter) for chapter in new))
    changed = _update(session, known, parsed.chapters)
    listed = {chapter.link.key for chapter in parsed.chapters}
    gone = _mark_gone(session, known, listed)
    texts = {key for key, row in known.items() if _has_text(row)}.union(readable)
    tally(session, novel_id, readable=len(texts), grown=bool(fresh))
    here = len(texts & listed)
    return Saved(
        novel_id=novel_id, saved=here, missing=len(listed) - here, added=added, changed=changed, gone=gone, fresh=fresh
    )


# Saving, step by step -------------------------------------------------------------------------------------------------


def _save_novel(session: Session, parsed: ParsedNovel) -> int:
    """Insert or update; the row stays locked until the transaction ends, so two jobs of one novel save one after the other."""
    values = facts(parsed)
    statement = upsert(NovelRow).values(site=parsed.site, key=parsed.novel.key, **values)
    # A mark in the future is one of a clock that was wrong, and would keep the novel from every change.
    passed = (NovelRow.seen_at <= statement.excluded.seen_at) | (NovelRow.seen_at > func.now())
    not_older = func.coalesce(passed, True)
    on_conflict = statement.on_conflict_do_update(
        index_elements=[NovelRow.site, NovelRow.key], set_=values | {"updated_at": func.now()}, where=not_older
    )
    novel_id = session.scalars(on_conflict.returning(NovelRow.id)).one_or_none()
    if novel_id is None:
        raise Superseded(f"another job has saved {parsed.novel.url} from a newer index; this one looks at it again")
    return novel_id


def facts(parsed: ParsedNovel) -> dict[str, Any]:
    """What a novel's row says of the novel as a whole."""
    novel = parsed.novel
    return {
        "url": novel.url,
        "title": novel.title,
        "authors": list(novel.authors),
        "description": novel.description,
        "cover_url": novel.cover_url,
        "language": novel.language,
        "status": novel.status,
        "tags": list(novel.tags),
        "confidence": novel.confidence,
        "index_url": parsed.index_url,
        "seen_at": parsed.seen_at,
    }


def _known(session: Session, novel_id: int) -> dict[str, Known]:
    names = ("key", "id", "digest", "revision", "missing_kind", "missing_reason", *columns.PLACE)
    query = select(*(getattr(ChapterRow, name) for name in names)).where(ChapterRow.novel_id == novel_id)
    return {row.key: row for row in session.execute(query)}


def _has_text(row: Known | None) -> bool:
    return row is not None and row.digest is not None


def _update(session: Session, known: dict[str, Known], chapters: Iterable[ParsedChapter]) -> int:
    """Write what differs of the known chapters; how many texts were replaced by another."""
    changes, replaced = {}, []
    for chapter in chapters:
        if (old := known.get(chapter.link.key)) is None:
            continue
        text = _text_difference(old, chapter)
        if "digest" in text and _has_text(old):
            replaced.append(old.id)
        if difference := _place_difference(old, chapter) | text:
            changes[old.id] = difference
    _archive(session, replaced)
    for chapter_id, change in changes.items():
        session.execute(update(ChapterRow).where(ChapterRow.id == chapter_id).values(updated_at=func.now(), **change))
    return len(replaced)


def _place_difference(old: Known, chapter: ParsedChapter) -> dict[str, Any]:
    place = columns.place(chapter)
    if old[-len(place) :] == tuple(place.values()):
        return {}
    return {name: value for name, value in place.items() if getattr(old, name) != value}


def _text_difference(old: Known, chapter: ParsedChapter) -> dict[str, Any]:
    if chapter.chapter is None:  # not to be had today: a text that is there stays, a hole keeps its newest reason
        missing = columns.missing(chapter.hole)
        same = (old.missing_kind, old.missing_reason) == tuple(missing.values())
        return {} if _has_text(old) or same else missing
    digest = columns.digest(chapter)
    if digest == old.digest:
        return {}
    return columns.text(chapter.chapter, digest) | columns.missing(None) | {"revision": old.revision + 1}


def _archive(session: Session, chapter_ids: list[int]) -> None:
    """Keep what the chapters say now, before they say something else."""
    if not chapter_ids:
        return
    columns = ("revision", "title", "content", "notes_before", "notes_after")
    source = select(ChapterRow.id, *(getattr(ChapterRow, name) for name in columns)).where(
        ChapterRow.id.in_(chapter_ids)
    )
    session.execute(insert(ChapterRevision).from_select(["chapter_id", *columns], source))


def _refuse_part(parsed: ParsedNovel, known: dict[str, Known]) -> None:
    """Refuse a novel without a list that is read from the middle on: what stands before its first page is not gone."""
    first = parsed.chapters[0].link if parsed.chapters else None
    if first is None or first.url != parsed.index_url or (here := known.get(first.key)) is None:
        return
    listed = {chapter.link.key for chapter in parsed.chapters}
    before = [row for row in known.values() if row.gone_at is None and row.position < here.position]
    if before and not any(row.key in listed for row in before):
        start = min(before, key=lambda row: row.position)
        raise Shrunk(
            f"{first.url} is a later chapter of a novel that begins at {start.url}: post that; nothing was changed. "
            f"If the {len(before)} chapters before it are to be marked as gone, `python cli.py retry ID --accept-shrink`"
        )


def _refuse_shrinking(parsed: ParsedNovel, known: dict[str, Known], max_shrink: float) -> None:
    before = {key for key, row in known.items() if row.gone_at is None}
    lost = len(before - {chapter.link.key for chapter in parsed.chapters})
    if lost >= FEW and lost > max_shrink * len(before):
        raise Shrunk(
            f"the index {parsed.novel.url} no longer lists {lost} of the {len(before)} chapters that it listed before; "
            "nothing was changed. If that is right, `python cli.py retry ID --accept-shrink`: they stay readable, marked as gone"
        )


def _mark_gone(session: Session, known: dict[str, Known], listed: set[str]) -> int:
    """Mark the chapters that the index lists no more; their texts stay."""
    gone = [row.id for key, row in known.items() if key not in listed and row.gone_at is None]
    if gone:
        session.execute(
            update(ChapterRow).where(ChapterRow.id.in_(gone)).values(gone_at=func.now(), updated_at=func.now())
        )
    return len(gone)


def tally(session: Session, novel_id: int, *, readable: int, grown: bool) -> None:
    """Keep beside the novel what its library is sorted by, for which nobody should have to look at all chapters."""
    values = {"readable": readable} | ({"grown_at": func.now()} if grown else {})
    other = NovelRow.readable != readable
    session.execute(update(NovelRow).where(NovelRow.id == novel_id, true() if grown else other).values(values))
