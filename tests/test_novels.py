"""Saving and reading the library."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from ingestion import bookshelf, db, novels
from ingestion.errors import Superseded
from ingestion.items import Chapter, ChapterLink, Hole, Novel, ParsedChapter, ParsedNovel
from ingestion.models import ChapterRevision, ChapterRow, NovelRow
from ingestion.novels import Saved

pytestmark = pytest.mark.usefixtures("environment")

NOVEL = Novel(key="n1", url="https://example.org/n1", title="The Weir", authors=("W. Example",), tags=("calm",))


def chapter(key: str, position: int, text: str | None = "Some words here.") -> ParsedChapter:
    link = ChapterLink(key=key, url=f"https://example.org/n1/{key}", title=f"Chapter {key}")
    if text is None:
        return ParsedChapter(link=link, position=position, hole=Hole(kind="not_found", reason="404", final=True))
    return ParsedChapter(link=link, position=position, chapter=Chapter(content=f"<p>{text}</p>"))


def parsed(*chapters: ParsedChapter, novel: Novel = NOVEL) -> ParsedNovel:
    return ParsedNovel(site="example", novel=novel, chapters=chapters)


def save(novel: ParsedNovel) -> Saved:
    with db.transaction() as session:
        return novels.save(session, novel)


def rows(novel_id: int) -> dict[str, ChapterRow]:
    with db.transaction() as session:
        found = session.scalars(select(ChapterRow).where(ChapterRow.novel_id == novel_id)).all()
        return {row.key: row for row in found}


def test_saving_twice_changes_nothing():
    novel = parsed(chapter("a", 1), chapter("b", 2))
    first = save(novel)
    before = {key: row.updated_at for key, row in rows(first.novel_id).items()}
    again = save(novel)

    assert (first.added, again.added, again.changed, again.gone) == (2, 0, 0, 0)
    assert {key: row.updated_at for key, row in rows(first.novel_id).items()} == before


def test_an_edit_keeps_what_was_there_before():
    first = save(parsed(chapter("a", 1, "old")))
    second = save(parsed(chapter("a", 1, "new")))

    row = rows(first.novel_id)["a"]
    with db.transaction() as session:
        old = session.scalars(select(ChapterRevision).where(ChapterRevision.chapter_id == row.id)).one()
    assert (second.changed, row.revision, row.content) == (1, 2, "<p>new</p>")
    assert (old.revision, old.content) == (1, "<p>old</p>")


def test_a_chapter_that_can_no_longer_be_had_keeps_its_text():
    first = save(parsed(chapter("a", 1, "kept")))
    again = save(parsed(chapter("a", 1, None)))

    assert rows(first.novel_id)["a"].content == "<p>kept</p>"
    assert (again.saved, again.missing) == (1, 0)


def test_a_missing_chapter_is_filled_when_it_comes():
    first = save(parsed(chapter("a", 1, None)))
    assert (first.saved, first.missing) == (0, 1)
    second = save(parsed(chapter("a", 1, "here")))

    row = rows(first.novel_id)["a"]
    assert (second.saved, row.content, row.missing_kind, row.revision) == (1, "<p>here</p>", None, 1)


def test_a_chapter_that_comes_back_is_no_longer_gone():
    first = save(parsed(chapter("a", 1), chapter("b", 2)))
    save(parsed(chapter("a", 1)))
    assert rows(first.novel_id)["b"].gone_at is not None
    save(parsed(chapter("a", 1), chapter("b", 2)))

    assert rows(first.novel_id)["b"].gone_at is None


def test_two_jobs_of_one_novel_at_once_save_it_once():
    novel = parsed(*(chapter(str(n), n) for n in range(1, 40)))
    threads = [threading.Thread(target=save, args=(novel,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(NovelRow)) == 1
        assert session.scalar(select(func.count()).select_from(ChapterRow)) == 39


def test_the_novel_s_own_facts_follow_the_site():
    first = save(parsed(chapter("a", 1)))
    save(parsed(chapter("a", 1), novel=replace(NOVEL, title="The Weir, Revised", tags=())))

    with db.transaction() as session:
        found = session.get_one(NovelRow, first.novel_id)
    assert (found.title, found.tags) == ("The Weir, Revised", [])


def test_chapters_are_read_in_order_and_page_by_page():
    saved = save(parsed(*(chapter(str(n), n) for n in range(1, 8))))
    with db.transaction() as session:
        first = bookshelf.chapters(session, saved.novel_id, after=None, limit=4)
        place = (first[-1].position, first[-1].id)
        rest = bookshelf.chapters(session, saved.novel_id, after=place, limit=4)

    assert [row.position for row in (*first, *rest)] == [1, 2, 3, 4, 5, 6, 7]


def test_a_newer_index_is_never_overwritten_by_an_older_one():
    now = datetime.now(UTC)
    newer = replace(parsed(chapter("a", 1), chapter("b", 2)), seen_at=now)
    novel_id = save(newer).novel_id

    with pytest.raises(Superseded):
        save(replace(parsed(chapter("a", 1, "Old words.")), seen_at=now - timedelta(seconds=1)))
    assert [row.revision for row in rows(novel_id).values() if row.gone_at is None] == [1, 1]


def test_a_mark_of_a_clock_that_was_wrong_keeps_no_novel_from_changing():
    ahead = replace(parsed(chapter("a", 1)), seen_at=datetime.now(UTC) + timedelta(days=1))
    save(ahead)

    assert save(replace(ahead, seen_at=datetime.now(UTC))).saved == 1


def test_a_novel_knows_how_many_of_its_chapters_can_be_read_and_when_one_last_came():
    def told() -> tuple[int, datetime | None]:
        with db.transaction() as session:
            row = session.scalars(select(NovelRow)).one()
            return row.readable, row.grown_at

    save(parsed(chapter("a", 1, None)))
    none = told()
    save(parsed(chapter("a", 1), chapter("b", 2)))
    two = told()
    save(parsed(chapter("b", 1, "Edited."), chapter("c", 2, None)))  # a is gone, and readable still

    assert none == (0, None)
    assert (two[0], two[1] is not None) == (2, True)
    assert told() == two
