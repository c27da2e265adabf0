"""SQL that asks what stands around a chapter in the reading order, by the index on it: the same few rows whatever the novel's length."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from ingestion.models import ChapterRevision, ChapterRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbour:
    """A chapter that is next to another."""

    id: int
    title: str


def before(session: Session, chapter: ChapterRow) -> Neighbour | None:
    """The chapter before it, with a text or without; None for the first."""
    place = tuple_(ChapterRow.position, ChapterRow.id)
    query = _titles(chapter).where(place < (chapter.position, chapter.id))
    return _one(session, query.order_by(ChapterRow.position.desc(), ChapterRow.id.desc()))


def after(session: Session, chapter: ChapterRow) -> Neighbour | None:
    """The chapter behind it, with a text or without; None for the last."""
    place = tuple_(ChapterRow.position, ChapterRow.id)
    query = _titles(chapter).where(place > (chapter.position, chapter.id))
    return _one(session, query.order_by(ChapterRow.position, ChapterRow.id))


def last_position(session: Session, novel_id: int) -> int:
    """The place of the novel's last chapter; 0 where it has none."""
    last = select(func.max(ChapterRow.position)).where(ChapterRow.novel_id == novel_id)
    return session.scalar(last) or 0


def replaced_at(session: Session, chapter: ChapterRow) -> datetime | None:
    """When it began to say what it says now; None where it never said anything else."""
    return session.scalar(select(func.max(ChapterRevision.replaced_at)).where(ChapterRevision.chapter_id == chapter.id))


def _titles(chapter: ChapterRow) -> Select[int, str]:
    return select(ChapterRow.id, ChapterRow.title).where(ChapterRow.novel_id == chapter.novel_id)


def _one(session: Session, query: Select[int, str]) -> Neighbour | None:
    row = session.execute(query.limit(1)).one_or_none()
    return Neighbour(id=row.id, title=row.title) if row else None
