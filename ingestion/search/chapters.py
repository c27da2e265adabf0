"""SQL that finds chapters by the words of their titles and texts. It changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Row,
    Select,
    bindparam,
    cast,
    func,
    literal,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import InstrumentedAttribute, Session

from ingestion.models import ChapterRow, ChapterSearch, NovelRow, NovelSearch
from ingestion.search.query import Question, Wish

#: Of more chapters with the words, the newest so many are ranked: a rank takes a look at all words of the chapter.
MOST_RANKED = 300
#: Of more chapters with the words of a phrase, the newest so many are looked at for their order.
MOST_READ = 700
#: Novels that changed last: where these alone have so many, no others are looked at, or a word that everybody uses would mean a look at every chapter.
RECENT = 20
#: A rank is divided by the logarithm of the text's length.
_BY_LENGTH = 1
# The planner takes a look at a row's words for cheap, though it unpacks them all, and reads a table of 100,000 from end to end; and it
# would spend longer on compiling the query than that takes.
_BY_INDEX = text("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")
_AS_BEFORE = text("SET LOCAL enable_seqscan TO DEFAULT; SET LOCAL jit TO DEFAULT")
_RANKED: BindParameter[int] = bindparam("ranked")
_TITLE_AND_WORDS = (ChapterSearch.title, ChapterSearch.words)
_LAST_CHANGED = select(NovelSearch.novel_id).order_by(NovelSearch.updated_at.desc()).limit(RECENT)
_COLUMNS = (
    ChapterRow.id,
    ChapterRow.novel_id,
    NovelRow.title.label("novel_title"),
    ChapterRow.position,
    ChapterRow.volume,
    ChapterRow.title,
    NovelRow.language,
)


def found(session: Session, asked: Question, wish: Wish) -> tuple[Sequence[Row[Any]], bool]:
    """The page's chapters and one more, best first, with what is shown of each; and whether there are others that were not ranked."""
    session.execute(_BY_INDEX)
    recent = asked.among(session.scalars(_LAST_CHANGED).all())
    crowded = _crowded(session, recent)
    titles, words = (recent if so else asked for so in crowded)
    given: dict[str, Any] = {
        "titles": titles.exact,
        "titles_wider": titles.wider,
        "words": words.exact,
        "words_wider": words.wider,
    }
    page = {"bare": asked.bare, "limit": wish.limit + 1, "offset": wish.offset, "ranked": MOST_RANKED}
    rows = session.execute(_page(in_order=asked.wider is not None), given | page).all()
    unread = asked.wider is not None and (any(crowded) or any(_crowded(session, asked)))
    session.execute(_AS_BEFORE)
    return rows, unread or any(row.more for row in rows[:1])


def texts(session: Session, chapter_ids: Sequence[int]) -> dict[int, str]:
    """What these chapters say, as HTML, by id."""
    query = select(ChapterRow.id, ChapterRow.content).where(ChapterRow.id.in_(chapter_ids))
    return {chapter_id: content or "" for chapter_id, content in session.execute(query)}


def _crowded(session: Session, asked: Question) -> Sequence[bool]:
    """Whether more titles, and more texts, have the words than are ranked, or than are looked at for their order."""
    query, most = (asked.exact, MOST_RANKED) if asked.wider is None else (asked.wider, MOST_READ)
    return session.execute(_counted(), {"query": query, "most": most}).one()


# Statements are made once: SQLAlchemy takes longer to put them together than PostgreSQL to find a rare word.


@cache
def _counted() -> Select[bool, bool]:
    most: BindParameter[int] = bindparam("most")
    some = (
        select(literal(1)).where(_matches(column, "query")).limit(most + 1).subquery() for column in _TITLE_AND_WORDS
    )
    titles, texts = (select(func.count() > most).select_from(one).scalar_subquery() for one in some)
    return select(titles, texts)


@cache
def _page(*, in_order: bool) -> Select[Any]:
    having = partial(_having, in_order=in_order)
    titles, texts = having(ChapterSearch.title, "titles"), having(ChapterSearch.words, "words")
    more = [select(func.count() > _RANKED).select_from(one).scalar_subquery() for one in (titles, texts)]
    both = union_all(select(titles.c.id, literal(1).label("titled")), select(texts.c.id, literal(0))).subquery()
    once = select(both.c.id, func.max(both.c.titled).label("titled")).group_by(both.c.id).subquery()
    rank = func.ts_rank_cd(ChapterSearch.words, cast(bindparam("bare"), TSQUERY), _BY_LENGTH).label("rank")
    ranked = select(once.c.id, once.c.titled, rank).join(ChapterSearch, ChapterSearch.chapter_id == once.c.id)
    best = ranked.order_by(once.c.titled.desc(), rank.desc(), once.c.id.desc())
    page = best.limit(bindparam("limit")).offset(bindparam("offset")).subquery()
    shown = select(*_COLUMNS, page.c.titled, page.c.rank, (more[0] | more[1]).label("more")).select_from(page)
    shown = shown.join(ChapterRow, ChapterRow.id == page.c.id).join(NovelRow, NovelRow.id == ChapterRow.novel_id)
    return shown.order_by(page.c.titled.desc(), page.c.rank.desc(), page.c.id.desc())


def _having(column: InstrumentedAttribute[str], query: str, *, in_order: bool) -> CTE:
    """The newest chapters whose titles, or words, are as was asked."""
    age = (-ChapterSearch.chapter_id).label("age")
    newest = select(ChapterSearch.chapter_id.label("id"), age, column.label("words")).order_by(age)
    if not in_order:
        return newest.where(_matches(column, query)).limit(_RANKED + 1).cte()
    # No join: the words come along packed, and are unpacked one by one until there are enough that fit.
    wide = newest.where(_matches(column, f"{query}_wider")).limit(MOST_READ).subquery()
    fitting = select(wide.c.id).where(_matches(wide.c.words, query))
    return fitting.order_by(wide.c.age).limit(_RANKED + 1).cte()


def _matches(column: ColumnElement[Any] | InstrumentedAttribute[str], query: str) -> ColumnElement[bool]:
    return column.bool_op("@@")(cast(bindparam(query), TSQUERY))
