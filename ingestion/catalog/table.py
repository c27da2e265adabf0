"""SQL that asks for pages of the catalogue and for new chapters. It changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, lateral, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, defer

from ingestion import browsing
from ingestion.browsing import Order
from ingestion.catalog.shelf import Wish
from ingestion.models import ChapterRow, NovelRow

PAGE = 50
DOORS = 100
#: Titles that begin with none of the letters A to Z.
OTHER = "other"
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
#: A feed has so many chapters; the library's, of so many novels, those that were saved last, so many of each.
CHAPTERS, NOVELS, OF_EACH = 50, 100, 10
#: Characters of a chapter's HTML in which a feed's summary is looked for.
BEGINNING = 3000

_first = func.upper(func.left(func.ltrim(NovelRow.title), 1)).collate("C")
_letter = case((_first.between("A", "Z"), _first), else_=OTHER)


def page(session: Session, wish: Wish, order: Order) -> Sequence[NovelRow]:
    """A page of the novels that are wished for, and one more if there is another page."""
    query = select(NovelRow).where(*_fits(session, wish)).order_by(*browsing.ORDERS[order], NovelRow.id.desc())
    return session.scalars(query.offset((wish.page - 1) * PAGE).limit(PAGE + 1)).all()


def _fits(session: Session, wish: Wish) -> list[ColumnElement[bool]]:
    asked = browsing.Wish(words=wish.words or "", author=wish.author, language=wish.language, status=wish.status)
    fits = browsing.fitting(session, asked)
    return fits if wish.letter is None else [*fits, _letter == wish.letter]


def count_by(session: Session, column: InstrumentedAttribute[Any], wish: Wish) -> list[tuple[Any, int]]:
    """The values of the novels' column, each with how many have it."""
    query = (
        select(column, func.count()).where(*_fits(session, wish), column.is_not(None)).group_by(column).order_by(column)
    )
    return [(value, count) for value, count in session.execute(query)]


def letters(session: Session) -> list[tuple[str, int]]:
    """The letters that titles begin with, each with how many do."""
    query = select(_letter, func.count()).group_by(_letter).order_by(_letter)
    return [(letter, count) for letter, count in session.execute(query)]


def authors(session: Session, page: int) -> list[tuple[str, int]]:
    """A page of the authors, each with how many novels are there, and one more if there is another page."""
    name = func.unnest(NovelRow.authors).label("name")
    found = select(name).subquery()
    query = select(found.c.name, func.count()).group_by(found.c.name).order_by(func.lower(found.c.name), found.c.name)
    return [(name, count) for name, count in session.execute(query.offset((page - 1) * DOORS).limit(DOORS + 1))]


def saved_at(session: Session) -> datetime:
    """When a novel was last saved; long ago, where there is none."""
    return session.scalar(select(func.max(NovelRow.updated_at))) or LONG_AGO


def size(session: Session) -> int:
    """How many novels there are."""
    return session.scalar(select(func.count()).select_from(NovelRow)) or 0


def changed_at(session: Session, novel_ids: Sequence[int]) -> dict[int, datetime]:
    """When a readable chapter of each of these novels last changed; nothing of one that has none."""
    query = select(ChapterRow.novel_id, func.max(ChapterRow.updated_at)).group_by(ChapterRow.novel_id)
    readable = query.where(ChapterRow.novel_id.in_(novel_ids), ChapterRow.content.is_not(None))
    return {novel_id: time for novel_id, time in session.execute(readable)}


# New chapters ---------------------------------------------------------------------------------------------------------

Found = list[tuple[NovelRow, ChapterRow, str]]


def of_novel(session: Session, novel_id: int) -> Found:
    """The novel's readable chapters that came last, the last first, each with how its text begins."""
    query = select(NovelRow, ChapterRow).join(ChapterRow, ChapterRow.novel_id == NovelRow.id)
    return _newest(session, query.where(NovelRow.id == novel_id, ChapterRow.content.is_not(None)), ChapterRow)


def of_library(session: Session) -> Found:
    """The same of all novels: of those that were saved last, the last chapters of each."""
    some = select(NovelRow.id).order_by(NovelRow.updated_at.desc(), NovelRow.id.desc()).limit(NOVELS).subquery()
    own = select(ChapterRow).where(ChapterRow.novel_id == some.c.id, ChapterRow.content.is_not(None))
    last = aliased(ChapterRow, lateral(own.order_by(ChapterRow.position.desc()).limit(OF_EACH)))
    query = select(NovelRow, last).join(some, some.c.id == NovelRow.id).join(last, last.novel_id == NovelRow.id)
    return _newest(session, query, last)


def _newest(session: Session, query: Select[NovelRow, ChapterRow], chapter: type[ChapterRow]) -> Found:
    texts = defer(chapter.content), defer(chapter.notes_before), defer(chapter.notes_after)
    ordered = query.order_by(chapter.created_at.desc(), chapter.position.desc(), chapter.id.desc())
    found = session.execute(ordered.options(*texts).limit(CHAPTERS)).all()
    # Asked for apart: before it sorts, PostgreSQL would unpack the text of each chapter that could be among them.
    beginning = func.left(ChapterRow.content, BEGINNING)
    ids = [row.id for _, row in found]
    said = {id: text for id, text in session.execute(select(ChapterRow.id, beginning).where(ChapterRow.id.in_(ids)))}
    return [(novel, row, said.get(row.id) or "") for novel, row in found]
