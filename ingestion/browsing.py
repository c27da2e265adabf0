"""SQL that asks for a part of the library: novels by words, by what they are filed under, in some order, a page at a time. It changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal_column, select
from sqlalchemy.orm import Session

from ingestion.items import Publication
from ingestion.models import ChapterRow, NovelRow
from ingestion.search import titles
from ingestion.search.query import Wish as Search

#: Words of a search that count: each is one more look at every title.
MOST_WORDS = 8
#: Tags that are offered, the most frequent ones.
MOST_TAGS = 60


class Order(StrEnum):
    """What comes first."""

    NEW = "new"  # the novel that a chapter last came to
    TITLE = "title"
    AUTHOR = "author"
    ADDED = "added"  # the novel that came last
    SIZE = "size"  # the one with the most chapters


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """Which novels: those called by the words, and of which each of the others is what it says. Unset: all."""

    words: str = ""
    site: str | None = None
    author: str | None = None
    tag: str | None = None
    language: str | None = None
    status: Publication | None = None
    order: Order = Order.NEW


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What novels of the library can be found by, each the most frequent first."""

    sites: Sequence[str]
    languages: Sequence[str]
    tags: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """How many chapters have a text, how many do not, and the place of the last one that can be read."""

    saved: int = 0
    missing: int = 0
    last: int = 0


def found(session: Session, wish: Wish, *, skip: int, limit: int) -> tuple[Sequence[NovelRow], int]:
    """At most `limit` of the novels that are wished for, from behind the first `skip`, and how many there are in all."""
    conditions = fitting(session, wish)
    total = session.scalar(select(func.count()).select_from(NovelRow).where(*conditions)) or 0
    # Sorted by id first: the rows themselves, with their descriptions, are ten times as wide.
    ids = select(NovelRow.id).where(*conditions).order_by(*ORDERS[wish.order], NovelRow.id.desc())
    page = session.scalars(ids.offset(skip).limit(limit)).all()
    rows = {row.id: row for row in session.scalars(select(NovelRow).where(NovelRow.id.in_(page)))} if page else {}
    return [rows[id] for id in page if id in rows], total


def tallies(session: Session, novel_ids: Sequence[int]) -> dict[int, Tally]:
    """What there is of each of these novels."""
    has_text, readable = func.count(ChapterRow.content), ChapterRow.content.is_not(None)
    last = func.coalesce(func.max(ChapterRow.position).filter(readable), 0)
    query = select(ChapterRow.novel_id, has_text, func.count() - has_text, last)
    rows = session.execute(query.where(ChapterRow.novel_id.in_(novel_ids)).group_by(ChapterRow.novel_id))
    return {id: Tally(saved=saved, missing=missing, last=place) for id, saved, missing, place in rows}


def choices(session: Session) -> Choices:
    """By what the library's novels differ."""
    tags = select(func.unnest(NovelRow.tags).label("value")).subquery()
    return Choices(
        sites=_frequent(session, NovelRow.site),
        languages=_frequent(session, NovelRow.language),
        tags=_frequent(session, tags.c.value, limit=MOST_TAGS),
    )


def _frequent(session: Session, column: Any, *, limit: int | None = None) -> Sequence[str]:
    query = select(column).where(column.is_not(None)).group_by(column).order_by(func.count().desc(), column)
    return session.scalars(query.limit(limit)).all()


def fitting(session: Session, wish: Wish) -> list[ColumnElement[bool]]:
    """The conditions on a novel that the wish sets."""
    equal = [(NovelRow.site, wish.site), (NovelRow.language, wish.language), (NovelRow.status, wish.status)]
    among = [(NovelRow.authors, wish.author), (NovelRow.tags, wish.tag)]
    return [
        *([_called(session, wish.words)] if wish.words.strip() else []),
        *(column == value for column, value in equal if value is not None),
        *(column.contains([value]) for column, value in among if value is not None),
    ]


def _called(session: Session, words: str) -> ColumnElement[bool]:
    """What has all of the words in its title or among its authors, as they are typed, or is found by them with a slip or two."""
    authors = func.array_to_string(NovelRow.authors, "\n")
    as_typed = (
        NovelRow.title.icontains(word, autoescape=True) | authors.icontains(word, autoescape=True)
        for word in words.split()[:MOST_WORDS]
    )
    found = titles.found(session, Search(text=words, limit=titles.MOST))
    return and_(*as_typed) | NovelRow.id.in_([novel.id for novel in found])


#: As it is indexed, number and all.
_TITLE = func.lower(func.left(NovelRow.title, literal_column("200")))
ORDERS: dict[Order, tuple[ColumnElement[Any], ...]] = {
    Order.NEW: (NovelRow.grown_at.desc().nulls_last(),),
    Order.TITLE: (_TITLE,),
    Order.AUTHOR: (func.lower(NovelRow.authors[1]).nulls_last(), _TITLE),
    Order.ADDED: (NovelRow.id.desc(),),
    Order.SIZE: (NovelRow.readable.desc(),),
}
