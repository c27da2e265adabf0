"""SQL that asks for a novel's table of contents, a part at a time: its parts and volumes, which chapters are missing, which texts were replaced. It changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ingestion.models import ChapterRevision, ChapterRow

#: So many chapters are a part: as many as a page shows at once.
PART = 200
#: So many volumes are told: a site may give each chapter one of its own.
MOST_VOLUMES = 500
ORDER = ChapterRow.position, ChapterRow.id


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Chapters that follow one another: the places of the first and the last, how many there are, and how many of them have no text."""

    number: int
    first: int
    last: int
    chapters: int
    missing: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Volume:
    """Chapters of one volume that follow one another, the first at the place `first`."""

    title: str
    first: int
    chapters: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A chapter without its text."""

    id: int
    position: int
    volume: str | None
    title: str
    words: int
    revision: int
    missing: bool
    missing_kind: str | None
    missing_reason: str | None
    published_at: datetime | None
    gone_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """What a chapter said from `since` on."""

    number: int
    title: str
    since: datetime


def parts(session: Session, novel_id: int) -> list[Part]:
    """All parts of the novel, in reading order."""
    number = (func.row_number().over(order_by=ORDER) - 1) // PART
    placed = select(ChapterRow.position, ChapterRow.content.is_(None).label("missing"), number.label("number"))
    rows = placed.where(ChapterRow.novel_id == novel_id).subquery()
    lost = func.count().filter(rows.c.missing)
    counted = select(func.min(rows.c.position), func.max(rows.c.position), func.count(), lost)
    found = enumerate(session.execute(counted.group_by(rows.c.number).order_by(rows.c.number)))
    return [Part(number=n, first=a, last=z, chapters=count, missing=missing) for n, (a, z, count, missing) in found]


def volumes(session: Session, novel_id: int) -> list[Volume]:
    """The first of the novel's volumes, in reading order."""
    # Chapters that follow one another in one volume are as far apart in it as they are in the novel.
    among = func.row_number().over(order_by=ORDER)
    within = func.row_number().over(partition_by=ChapterRow.volume, order_by=ORDER)
    placed = select(ChapterRow.position, ChapterRow.volume, (among - within).label("run"))
    rows = placed.where(ChapterRow.novel_id == novel_id).subquery()
    first = func.min(rows.c.position)
    runs = select(rows.c.volume, first, func.count()).where(func.trim(rows.c.volume) != "")
    found = session.execute(runs.group_by(rows.c.volume, rows.c.run).order_by(first).limit(MOST_VOLUMES))
    return [Volume(title=title.strip(), first=place, chapters=count) for title, place, count in found]


def entries(session: Session, novel_id: int, part: Part) -> list[Entry]:
    """The chapters of the part, in reading order."""
    return _entries(session, _of(novel_id).offset(part.number * PART).limit(PART))


def missing(session: Session, novel_id: int, *, limit: int) -> list[Entry]:
    """At most `limit` of the chapters without a text, in reading order."""
    return _entries(session, _of(novel_id).where(ChapterRow.content.is_(None)).limit(limit))


def ends(session: Session, novel_id: int) -> tuple[Entry, Entry] | None:
    """The first and the last chapter that has a text; None where there is none."""
    readable = _of(novel_id).where(ChapterRow.content.is_not(None)).limit(1)
    backwards = readable.order_by(None).order_by(*(column.desc() for column in ORDER))
    found = _entries(session, readable) + _entries(session, backwards)
    return (found[0], found[-1]) if found else None


def changed_at(session: Session, novel_id: int) -> datetime | None:
    """When anything about the novel's chapters last changed."""
    return session.scalar(select(func.max(ChapterRow.updated_at)).where(ChapterRow.novel_id == novel_id))


def revisions(session: Session, chapter: ChapterRow) -> list[Revision]:
    """What the chapter has said, the newest first."""
    query = select(ChapterRevision.revision, ChapterRevision.title, ChapterRevision.replaced_at)
    before = session.execute(query.where(ChapterRevision.chapter_id == chapter.id).order_by(ChapterRevision.revision))
    since, found = chapter.created_at, []
    for number, title, replaced_at in before:
        found.append(Revision(number=number, title=title, since=since))
        since = replaced_at
    now = [Revision(number=chapter.revision, title=chapter.title, since=since)] if chapter.revision else []
    return [*found, *now][::-1]


def revision(session: Session, chapter: ChapterRow, number: int) -> ChapterRow | ChapterRevision | None:
    """What the chapter says, or said, in the revision of this number."""
    if number == chapter.revision:
        return chapter
    query = select(ChapterRevision).where(ChapterRevision.chapter_id == chapter.id, ChapterRevision.revision == number)
    return session.scalars(query).one_or_none()


_COLUMNS = (
    ChapterRow.id,
    ChapterRow.position,
    ChapterRow.volume,
    ChapterRow.title,
    ChapterRow.words,
    ChapterRow.revision,
    ChapterRow.content.is_(None).label("missing"),
    ChapterRow.missing_kind,
    ChapterRow.missing_reason,
    ChapterRow.published_at,
    ChapterRow.gone_at,
    ChapterRow.created_at,
)


def _of(novel_id: int) -> Select[*tuple[Any, ...]]:
    return select(*_COLUMNS).where(ChapterRow.novel_id == novel_id).order_by(*ORDER)


def _entries(session: Session, query: Select[*tuple[Any, ...]]) -> list[Entry]:
    return [Entry(**row) for row in session.execute(query).mappings()]
