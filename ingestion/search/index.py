"""SQL that keeps the index: what in it is not as the library is, and how that becomes so. No function here commits.

Saving only asks for it (`ask`): a tsvector costs a millisecond a chapter. A novel whose row has changed since it was indexed is `stale`; of it,
the chapters whose digest differs are indexed again, a few at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, Select, Text, cast, delete, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from ingestion import config, sanitize
from ingestion.background import table
from ingestion.models import ChapterRow, ChapterSearch, NovelGram, NovelRow, NovelSearch
from ingestion.search import facets, grams, tongues, words

#: The kind of task that does it, for `ingestion.background.kinds`.
INDEX = "index"
#: Counts up when the same library is to be indexed in another way.
EDITION = 1
#: Novels that are asked for at once where many are stale: other tasks wait behind them.
MOST_ASKED = 200
#: Chapters that are read, indexed and committed at once.
BATCH = 50
_WRITE = text("""
INSERT INTO chapter_search (chapter_id, digest, title, words)
SELECT id, digest, array_to_tsvector(:facets) || title, array_to_tsvector(:facets) || title || to_tsvector(CAST(:tongue AS regconfig), content)
FROM (
    SELECT id, digest, setweight(to_tsvector(CAST(:tongue AS regconfig), title), 'A') AS title, content
    FROM unnest(CAST(:ids AS bigint[]), CAST(:digests AS bytea[]), CAST(:titles AS text[]), CAST(:texts AS text[])) AS given (id, digest, title, content)
) AS made
ON CONFLICT (chapter_id) DO UPDATE SET digest = excluded.digest, title = excluded.title, words = excluded.words
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """A novel to be indexed, as it was when that began."""

    novel: NovelRow
    tongue: str
    facets: tuple[str, ...]

    @classmethod
    def of(cls, novel: NovelRow) -> Subject:
        """The novel as it is now."""
        about = facets.of(novel_id=novel.id, site=novel.site, language=novel.language)
        return cls(novel=novel, tongue=tongues.of(novel.language), facets=about)


def ask(session: Session, novel_id: int) -> None:
    """Have the novel indexed, once this transaction is committed; by a task that may be there already."""
    if config.settings().search:
        table.submit(session, INDEX, {"novel_id": novel_id}, once=str(novel_id))


def ask_for_stale(session: Session) -> int:
    """Have some novels indexed that are not as they are, if any are; how many, tasks that are there already included."""
    found = stale(session, limit=MOST_ASKED)
    for novel_id in found:
        ask(session, novel_id)
    return len(found)


def stale(session: Session, *, limit: int | None = None) -> Sequence[int]:
    """The ids of the novels that have changed since they were indexed, or never were; those that changed last come first."""
    return session.scalars(_stale().order_by(NovelRow.updated_at.desc()).limit(limit)).all()


def is_stale(session: Session, novel_id: int) -> bool:
    """Whether this is one of them."""
    return session.scalar(_stale().where(NovelRow.id == novel_id)) is not None


def waiting(session: Session) -> int:
    """How many they are."""
    return session.scalar(select(func.count()).select_from(_stale().subquery())) or 0


def forget(session: Session) -> None:
    """Have everything indexed again, chapters whose digest is right included."""
    session.execute(delete(NovelSearch))
    session.execute(delete(ChapterSearch))


def write_some(session: Session, subject: Subject) -> int:
    """Index some chapters whose digest differs; how many there were. 0: there is none left."""
    found = _changed(session, subject)
    if found:
        given = {
            "facets": list(subject.facets),
            "tongue": subject.tongue,
            "ids": [row.id for row in found],
            "digests": [bytes(row.now) for row in found],
            "titles": [words.indexed(row.title, subject.tongue) for row in found],
            "texts": [words.indexed(sanitize.text(row.content or ""), subject.tongue) for row in found],
        }
        session.execute(_WRITE, given)
    return len(found)


def finish(session: Session, subject: Subject) -> None:
    """Write down that the novel is indexed as it was when that began, and what it is called."""
    novel = subject.novel
    session.execute(delete(NovelGram).where(NovelGram.novel_id == novel.id))
    pieces = sorted(grams.tags(novel.tags).union(*map(grams.of, (novel.title, *novel.authors))))
    called = upsert(NovelGram).from_select(
        ["gram", "novel_id"], select(func.unnest(cast(pieces, ARRAY(Text))), literal(novel.id))
    )
    session.execute(called.on_conflict_do_nothing())  # another task may be at the same novel
    values = {"updated_at": novel.updated_at, "edition": EDITION, "tongue": subject.tongue}
    made = upsert(NovelSearch).values(novel_id=novel.id, **values)
    session.execute(made.on_conflict_do_update(index_elements=[NovelSearch.novel_id], set_=values))


def _stale() -> Select[int]:
    changed = NovelSearch.updated_at.is_distinct_from(NovelRow.updated_at)
    query = select(NovelRow.id).outerjoin(NovelSearch, NovelSearch.novel_id == NovelRow.id)
    return query.where(changed | (NovelSearch.edition != EDITION))


def _changed(session: Session, subject: Subject) -> Sequence[Row[int, str, str | None, bytes]]:
    """Some chapters of the novel that are not indexed as they are now."""
    known = func.concat_ws("\n", EDITION, *subject.facets, func.encode(ChapterRow.digest, "hex"), ChapterRow.title)
    now = func.sha256(func.convert_to(known, "UTF8"))
    query = select(ChapterRow.id, ChapterRow.title, ChapterRow.content, now.label("now"))
    query = query.outerjoin(ChapterSearch, ChapterSearch.chapter_id == ChapterRow.id)
    query = query.where(ChapterRow.novel_id == subject.novel.id, ChapterSearch.digest.is_distinct_from(now))
    return session.execute(query.order_by(ChapterRow.id).limit(BATCH)).all()
