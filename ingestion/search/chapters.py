"""SQL that finds chapters by the words of their titles and texts. It changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CTE, ColumnElement, Row, Select, and_, cast, func, literal, select, text, union_all
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import InstrumentedAttribute, Session

from ingestion.models import ChapterRow, ChapterSearch, NovelRow
from ingestion.search.query import Question, Wish

#: Of more chapters with the words, the newest so many are ranked: a rank takes a look at all words of the chapter.
MOST_RANKED = 300
#: Of more chapters with the words of a phrase, the newest so many are looked at for their order.
MOST_READ = 3000
#: A rank is divided by the logarithm of the text's length.
_BY_LENGTH = 1
# The planner takes a look at a row's words for cheap, though it unpacks them all, and reads a table of 100,000 from end to end; and it
# would spend longer on compiling the query than that takes.
_BY_INDEX = text("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")
_AS_BEFORE = text("SET LOCAL enable_seqscan TO DEFAULT; SET LOCAL jit TO DEFAULT")
_COLUMNS = (
    ChapterRow.id,
    ChapterRow.novel_id,
    NovelRow.title.label("novel_title"),
    ChapterRow.position,
    ChapterRow.volume,
    ChapterRow.title,
    NovelRow.language,
)


def found(session: Session, asked: Question, wish: Wish) -> Sequence[Row[Any]]:
    """The page's chapters and one more, best first: what is shown of each, whether its title has the words, its rank, whether there are others that were not ranked."""
    session.execute(_BY_INDEX)
    rows = session.execute(_page(asked, wish)).all()
    session.execute(_AS_BEFORE)
    return rows


def texts(session: Session, chapter_ids: Sequence[int]) -> dict[int, str]:
    """What these chapters say, as HTML, by id."""
    query = select(ChapterRow.id, ChapterRow.content).where(ChapterRow.id.in_(chapter_ids))
    return {chapter_id: content or "" for chapter_id, content in session.execute(query)}


def _page(asked: Question, wish: Wish) -> Select[Any]:
    titles, texts = _having(ChapterSearch.title, asked), _having(ChapterSearch.words, asked)
    more = [select(func.count() > MOST_RANKED).select_from(one).scalar_subquery() for one in (titles, texts)]
    both = union_all(select(titles.c.id, literal(1).label("titled")), select(texts.c.id, literal(0))).subquery()
    once = select(both.c.id, func.max(both.c.titled).label("titled")).group_by(both.c.id).subquery()
    rank = func.ts_rank_cd(ChapterSearch.words, cast(asked.bare, TSQUERY), _BY_LENGTH).label("rank")
    ranked = select(once.c.id, once.c.titled, rank).join(ChapterSearch, ChapterSearch.chapter_id == once.c.id)
    best = ranked.order_by(once.c.titled.desc(), rank.desc(), once.c.id.desc())
    page = best.limit(wish.limit + 1).offset(wish.offset).subquery()
    shown = select(*_COLUMNS, page.c.titled, page.c.rank, (more[0] | more[1]).label("more")).select_from(page)
    shown = shown.join(ChapterRow, ChapterRow.id == page.c.id).join(NovelRow, NovelRow.id == ChapterRow.novel_id)
    return shown.order_by(page.c.titled.desc(), page.c.rank.desc(), page.c.id.desc())


def _having(column: InstrumentedAttribute[str], asked: Question) -> CTE:
    """The newest chapters whose titles, or words, are as was asked."""
    newest = select(ChapterSearch.chapter_id.label("id")).order_by(-ChapterSearch.chapter_id)
    if asked.wider is None:
        return newest.where(_matches(column, asked.exact)).limit(MOST_RANKED + 1).cte()
    wide = newest.where(_matches(column, asked.wider)).limit(MOST_READ).cte()
    # A function's name and no operator: the index could not answer, and would have every row that it finds looked at.
    in_order = func.ts_match_vq(column, cast(asked.exact, TSQUERY))
    return newest.where(and_(ChapterSearch.chapter_id == wide.c.id, in_order)).limit(MOST_RANKED + 1).cte()


def _matches(column: InstrumentedAttribute[str], query: str) -> ColumnElement[bool]:
    return column.bool_op("@@")(cast(query, TSQUERY))
