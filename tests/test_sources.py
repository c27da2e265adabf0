"""A novel that is read from elsewhere stays the novel it was."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from ingestion import db, sources
from ingestion.errors import Moved, Shrunk
from ingestion.items import Chapter, ChapterLink, Novel, ParsedChapter, ParsedNovel
from ingestion.models import ChapterRow, NovelRow
from ingestion.novels import Saved
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("environment")


def read(host: str, *chapters: tuple[str, str, str], site: str = "example", key: str = "n1") -> ParsedNovel:
    """A novel of (key, title, text) as a host shows it."""
    url = f"https://{host}/{key}"
    made = tuple(
        ParsedChapter(
            link=ChapterLink(key=one, url=f"{url}/{one}", title=title),
            position=at,
            chapter=Chapter(content=f"<p>{text}</p>"),
        )
        for at, (one, title, text) in enumerate(chapters, 1)
    )
    novel = Novel(key=f"{host}/{key}", url=url, title="The Weir")
    return ParsedNovel(site=site, novel=novel, chapters=made, index_url=url, seen_at=datetime.now(UTC))


OLD = read("old.example", ("1", "Low Water", "a"), ("2", "The Lock", "b"), ("3", "Salt", "c"))
RENAMED = read("new.example", ("1", "Low Water", "a"), ("2", "The Lock", "b, mended"), ("3", "Salt", "c"))


def save(parsed: ParsedNovel, *, moving: int | None = None, max_shrink: float = 0.3) -> Saved:
    with db.transaction() as session:
        return sources.save(session, parsed, moving=moving, max_shrink=max_shrink)


def chapters(novel_id: int) -> list[ChapterRow]:
    with db.transaction() as session:
        query = select(ChapterRow).where(ChapterRow.novel_id == novel_id, ChapterRow.gone_at.is_(None))
        return list(session.scalars(query.order_by(ChapterRow.position)))


def urls(novel_id: int) -> list[str]:
    with db.transaction() as session:
        return sources.of(session, session.get_one(NovelRow, novel_id))


def test_under_a_new_host_the_chapters_are_the_same_rows():
    first = save(OLD)
    before = chapters(first.novel_id)
    moved = save(RENAMED, moving=first.novel_id)
    after = chapters(first.novel_id)

    assert (moved.novel_id, moved.added, moved.changed, moved.gone) == (first.novel_id, 0, 1, 0)
    assert [(c.id, c.key) for c in after] == [(c.id, c.key) for c in before]
    assert [c.revision for c in after] == [1, 2, 1]
    assert urls(first.novel_id) == ["https://new.example/n1", "https://old.example/n1"]


def test_on_another_site_chapters_are_found_by_their_text_and_their_title():
    first = save(OLD)
    before = [c.id for c in chapters(first.novel_id)]
    there = read("b.example", ("2", "1. Low Water", "a"), ("1", "the lock!", "b, mended"), ("9", "Salt", "c"), site="b")
    moved = save(there, moving=first.novel_id)

    assert (moved.novel_id, moved.added, moved.gone) == (first.novel_id, 0, 0)
    assert [(c.id, c.key) for c in chapters(first.novel_id)] == list(zip(before, ["2", "1", "9"], strict=True))


def test_a_chapter_that_is_not_found_again_stays_readable_under_a_key_of_its_own():
    first = save(OLD)
    there = read("b.example", ("2", "Low Water", "a"), ("1", "The Lock", "b"), ("3", "New", "d"), site="b")
    moved = save(there, moving=first.novel_id, max_shrink=0.5)

    with db.transaction() as session:
        gone = session.scalars(select(ChapterRow).where(ChapterRow.gone_at.is_not(None))).one()
    assert (moved.added, moved.gone, gone.title, gone.content, gone.revision) == (1, 1, "Salt", "<p>c</p>", 1)


@pytest.mark.parametrize("site", ["example", "b"])
def test_a_site_with_another_novel_under_the_same_keys_is_refused(site: str):
    first = save(OLD)
    other = read("new.example", ("1", "Fog", "x"), ("2", "Rope", "y"), ("3", "Ink", "z"), site=site)
    with pytest.raises(Shrunk, match=f"3 of the 3 chapters of novel {first.novel_id} are not found again"):
        save(other, moving=first.novel_id)

    assert [c.content for c in chapters(first.novel_id)] == ["<p>a</p>", "<p>b</p>", "<p>c</p>"]
    assert urls(first.novel_id) == ["https://old.example/n1"]


def test_a_source_of_before_leads_to_the_current_one_and_back_again():
    first = save(OLD)
    save(RENAMED, moving=first.novel_id)
    with db.transaction() as session:
        led = [sources.current(session, f"https://{host}.example/n1") for host in ("old", "new", "other")]
    back = save(replace(OLD, seen_at=datetime.now(UTC)), moving=first.novel_id)

    assert led == ["https://new.example/n1", None, None]
    assert (back.novel_id, urls(first.novel_id)) == (
        first.novel_id,
        ["https://old.example/n1", "https://new.example/n1"],
    )


def test_what_still_reads_the_old_source_writes_nothing():
    first = save(OLD)
    save(RENAMED, moving=first.novel_id)
    with pytest.raises(Moved, match=f"python cli.py sources {first.novel_id}"):
        save(replace(OLD, seen_at=datetime.now(UTC) + timedelta(minutes=1)))

    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(NovelRow)) == 1


def test_a_novel_is_not_moved_to_where_another_is():
    first, second = save(OLD), save(RENAMED)
    with pytest.raises(Moved, match=f"twice, as {first.novel_id} and {second.novel_id}"):
        save(RENAMED, moving=first.novel_id)

    assert (len(chapters(first.novel_id)), len(chapters(second.novel_id))) == (3, 3)


def test_an_index_that_answers_from_another_host_moves_its_novel():
    first = save(OLD)
    moved = save(replace(RENAMED, index_url=OLD.index_url))
    again = save(replace(RENAMED, index_url=OLD.index_url))

    assert [moved.novel_id, again.novel_id] == [first.novel_id] * 2
    assert urls(first.novel_id) == ["https://new.example/n1", "https://old.example/n1"]


def test_a_site_that_gets_a_spider_of_its_own_keeps_its_novels():
    first = save(replace(OLD, site="generic", index_url="https://old.example/n1/"))
    moved = save(replace(OLD, seen_at=datetime.now(UTC)))

    assert (moved.novel_id, moved.added, moved.changed, moved.gone) == (first.novel_id, 0, 0, 0)


def test_moving_twice_is_moving_once():
    first = save(OLD)
    save(RENAMED, moving=first.novel_id)
    again = save(RENAMED, moving=first.novel_id)

    assert (again.novel_id, again.added, again.changed, again.gone) == (first.novel_id, 0, 0, 0)


def test_a_job_that_saves_while_the_novel_is_moved_makes_no_second_one():
    first = save(OLD)
    told: list[Exception] = []

    def save_the_old_one() -> None:
        try:
            save(replace(OLD, seen_at=datetime.now(UTC)))
        except Moved as refused:
            told.append(refused)

    with db.transaction() as session:
        sources.save(session, RENAMED, moving=first.novel_id, max_shrink=0.3)
        other = threading.Thread(target=save_the_old_one)
        other.start()
        until(is_blocked, "the other transaction does not wait for the move")
    other.join()

    with db.transaction() as session:
        assert session.scalars(select(NovelRow.id)).all() == [first.novel_id]
    assert len(told) == 1


def is_blocked() -> bool:
    with db.transaction() as session:
        return bool(session.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")))


def test_a_chapter_that_was_posted_anew_before_is_found_again_all_the_same():
    first = save(OLD)
    anew = read("old.example", ("11", "Low Water", "a"), ("12", "The Lock", "b"), ("13", "Salt", "c"))
    save(anew, max_shrink=1.0)
    before = chapters(first.novel_id)
    moved = save(
        read("b.example", ("x", "Low Water", "a"), ("y", "The Lock", "b"), ("z", "Salt", "c"), site="b"),
        moving=first.novel_id,
    )

    assert (moved.novel_id, moved.added, moved.gone) == (first.novel_id, 0, 0)
    assert [c.id for c in chapters(first.novel_id)] == [c.id for c in before]
