"""SQL that saves novels and chapters. No function here commits.

A chapter is known by the site's own key. A moved chapter moves, an edited one gets a new revision and keeps the old one, one
that was taken down stays readable and is marked gone. Nothing that was readable is lost by saving.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, insert, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session, defer

from ingestion import sanitize
from ingestion.errors import Shrunk, Superseded
from ingestion.items import ParsedChapter, ParsedNovel
from ingestion.models import ChapterRevision, ChapterRow, NovelRow

#: Fewer chapters than these may go without a question, whatever their share.
FEW = 3


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
    rows = [as_row(novel_id, chapter) for chapter in parsed.chapters]
    new = [row for row in rows if row["key"] not in known]
    fresh = tuple(row["key"] for row in rows if row["content"] is not None and not _has_text(known.get(row["key"])))
    if new:
        session.execute(insert(ChapterRow), new)
    changed = _update(session, known, [row for row in rows if row["key"] in known])
    listed = {row["key"] for row in rows}
    gone = _mark_gone(session, known, listed)
    had = {key for key, row in known.items() if _has_text(row)}
    texts = had | {row["key"] for row in rows if row["content"] is not None}
    tally(session, novel_id, readable=len(texts), grown=bool(fresh))
    here = len(texts & listed)
    return Saved(
        novel_id=novel_id, saved=here, missing=len(rows) - here, added=len(new), changed=changed, gone=gone, fresh=fresh
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


def _known(session: Session, novel_id: int) -> dict[str, ChapterRow]:
    texts = defer(ChapterRow.content), defer(ChapterRow.notes_before), defer(ChapterRow.notes_after)
    query = select(ChapterRow).where(ChapterRow.novel_id == novel_id).options(*texts)
    return {row.key: row for row in session.scalars(query)}


def as_row(novel_id: int, parsed: ParsedChapter) -> dict[str, Any]:
    """The chapter as its row says it."""
    link, chapter, hole = parsed.link, parsed.chapter, parsed.hole
    return {
        "novel_id": novel_id,
        "key": link.key,
        "position": parsed.position,
        "matter": link.matter,
        "volume": link.volume,
        "title": title(parsed),
        "url": link.url,
        "content": chapter.content if chapter else None,
        "notes_before": chapter.notes_before if chapter else None,
        "notes_after": chapter.notes_after if chapter else None,
        "words": len(sanitize.text(chapter.content).split()) if chapter else 0,
        "digest": digest(parsed),
        "revision": 1 if chapter else 0,
        "hidden_removed": chapter.hidden_removed if chapter else 0,
        "missing_kind": hole.kind if hole else None,
        "missing_reason": hole.reason if hole else None,
        "published_at": link.published_at or (chapter.published_at if chapter else None),
        "edited_at": link.edited_at,
        "gone_at": None,
    }


def title(parsed: ParsedChapter) -> str:
    """What the index calls the chapter, else its page, else its key."""
    return parsed.link.title or (parsed.chapter.title if parsed.chapter else None) or parsed.link.key


def digest(parsed: ParsedChapter) -> bytes | None:
    """What tells one text from another: SHA-256 over the text and its notes."""
    if parsed.chapter is None:
        return None
    parts = (parsed.chapter.notes_before, parsed.chapter.content, parsed.chapter.notes_after)
    return hashlib.sha256("\x00".join(part or "" for part in parts).encode()).digest()


def _has_text(row: ChapterRow | None) -> bool:
    return row is not None and row.digest is not None


#: What an index says of a chapter; the rest of a row is its text.
PLACE = ("position", "matter", "volume", "title", "url", "published_at", "edited_at", "gone_at")
TEXT = ("content", "notes_before", "notes_after", "words", "digest", "hidden_removed")


def _update(session: Session, known: dict[str, ChapterRow], rows: list[dict[str, Any]]) -> int:
    """Write what differs; how many texts were replaced by another."""
    updates, replaced = [], []
    for row in rows:
        old = known[row["key"]]
        difference = {name: row[name] for name in PLACE if getattr(old, name) != row[name]}
        difference |= _text_difference(old, row)
        if "digest" in difference and _has_text(old):
            replaced.append(old.id)
        if difference:
            updates.append({"id": old.id} | difference)
    _archive(session, replaced)
    for change in updates:
        session.execute(
            update(ChapterRow).where(ChapterRow.id == change.pop("id")).values(updated_at=func.now(), **change)
        )
    return len(replaced)


def _text_difference(old: ChapterRow, row: dict[str, Any]) -> dict[str, Any]:
    if row["digest"] is None:  # not to be had today: a text that is there stays, a hole keeps its newest reason
        if _has_text(old) or (old.missing_kind, old.missing_reason) == (row["missing_kind"], row["missing_reason"]):
            return {}
        return {"missing_kind": row["missing_kind"], "missing_reason": row["missing_reason"]}
    if row["digest"] == old.digest:
        return {}
    found = {"revision": old.revision + 1, "missing_kind": None, "missing_reason": None}
    return {name: row[name] for name in TEXT} | found


def _archive(session: Session, chapter_ids: list[int]) -> None:
    """Keep what the chapters say now, before they say something else."""
    if not chapter_ids:
        return
    columns = ("revision", "title", "content", "notes_before", "notes_after")
    source = select(ChapterRow.id, *(getattr(ChapterRow, name) for name in columns)).where(
        ChapterRow.id.in_(chapter_ids)
    )
    session.execute(insert(ChapterRevision).from_select(["chapter_id", *columns], source))


def _refuse_part(parsed: ParsedNovel, known: dict[str, ChapterRow]) -> None:
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


def _refuse_shrinking(parsed: ParsedNovel, known: dict[str, ChapterRow], max_shrink: float) -> None:
    before = {key for key, row in known.items() if row.gone_at is None}
    lost = len(before - {chapter.link.key for chapter in parsed.chapters})
    if lost >= FEW and lost > max_shrink * len(before):
        raise Shrunk(
            f"the index {parsed.novel.url} no longer lists {lost} of the {len(before)} chapters that it listed before; "
            "nothing was changed. If that is right, `python cli.py retry ID --accept-shrink`: they stay readable, marked as gone"
        )


def _mark_gone(session: Session, known: dict[str, ChapterRow], listed: set[str]) -> int:
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
