"""What stands around a chapter, whatever became of those beside it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from ingestion import db, neighbours
from ingestion.models import ChapterRow
from tests.test_novels import chapter, parsed, save

pytestmark = pytest.mark.usefixtures("environment")


def test_one_reads_through_all_chapters_and_back_whichever_share_a_place():
    save(parsed(chapter("a", 1), chapter("gone", 2), chapter("c", 3)))
    novel = save(parsed(chapter("a", 1), chapter("new", 2), chapter("c", 3), chapter("hole", 4, None))).novel_id
    with db.transaction() as session:
        rows = {row.id: row for row in session.scalars(select(ChapterRow).where(ChapterRow.novel_id == novel))}
        first = next(row for row in rows.values() if row.key == "a")
        way = [first]
        while found := neighbours.after(session, way[-1]):
            way.append(rows[found.id])
        back = [neighbours.before(session, row) for row in way]
        last = neighbours.last_position(session, novel)

    assert [row.key for row in way] == ["a", "gone", "new", "c", "hole"]
    assert [one and one.id for one in back] == [None, *(row.id for row in way[:-1])]
    assert (last, next(one.title for one in back if one)) == (4, "Chapter a")


def test_a_chapter_says_since_when_it_says_what_it_says():
    save(parsed(chapter("a", 1), chapter("b", 2)))
    save(parsed(chapter("a", 1, "Other words."), chapter("b", 2)))
    with db.transaction() as session:
        changed, same = session.scalars(select(ChapterRow).order_by(ChapterRow.position)).all()

        assert neighbours.replaced_at(session, changed) == changed.updated_at
        assert neighbours.replaced_at(session, same) is None
