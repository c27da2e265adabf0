"""Followed novels: when each is due, the job that is made of it, and what is learned when that has ended."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from ingestion import db, follows, intake, pauses, queue, updates
from ingestion.items import Matter
from ingestion.models import ChapterRow, Follow, NovelRow
from ingestion.status import JobStatus, Priority, Refresh
from tests.conftest import configure
from tests.followed import HOUR, end, followed, jobs, let_time_pass
from tests.processes import read

pytestmark = pytest.mark.usefixtures("environment")


def state(novel_id: int = 1) -> Follow:
    with db.transaction() as session:
        return session.get_one(Follow, novel_id)


def until_next(novel_id: int = 1) -> timedelta:
    with db.transaction() as session:
        return session.get_one(Follow, novel_id).next_at - follows.now(session)


def test_a_novel_is_not_looked_at_before_its_time():
    followed()
    updates.make()

    assert jobs() == []
    assert timedelta() < until_next() <= 6 * HOUR


def test_what_is_due_gets_one_job_of_low_priority():
    followed()
    let_time_pass()
    updates.make()
    updates.make()

    [job] = jobs()
    assert (job.canonical_url, job.priority, job.refresh) == (
        "https://example0.org/novel",
        Priority.LOW,
        Refresh.CHANGED,
    )
    assert queue.waiting() == {job.id}
    assert state().job_id == job.id


def test_of_many_that_make_jobs_at_once_each_novel_gets_one():
    followed(12)
    let_time_pass()
    with ThreadPoolExecutor(4) as pool:
        made = [pool.submit(updates.make) for _ in range(4)]

    assert sum(one.result() for one in made) == 12
    assert len(jobs()) == 12


def test_when_the_job_has_ended_the_next_look_is_as_far_away_as_the_reader_said():
    followed()
    let_time_pass()
    updates.make()
    end(1)
    updates.make()

    assert 5.9 * HOUR < until_next() <= 6 * HOUR
    assert state().checked_at == read(1).updated_at
    assert (state().changed_at, state().failures) == (None, 0)


def test_a_look_that_found_something_is_told_from_one_that_did_not():
    followed()
    let_time_pass()
    updates.make()
    end(1, new=2)
    updates.make()

    assert state().changed_at == read(1).updated_at


def test_looks_that_fail_grow_rare_until_one_succeeds():
    followed()
    spans = []
    for job_id, status in enumerate([JobStatus.ERROR, JobStatus.ERROR, JobStatus.DONE], start=1):
        let_time_pass()
        updates.make()
        end(job_id, status)
        updates.make()
        spans.append(round(until_next() / HOUR))

    assert spans == [12, 24, 6]
    assert state().failures == 0


def test_a_novel_of_which_a_job_waits_gets_no_second_one():
    followed()
    with db.transaction() as session:
        pauses.pause(session)
    let_time_pass()
    updates.make()
    let_time_pass()
    updates.make()

    assert len(jobs()) == 1


def test_a_job_that_a_person_has_posted_will_do():
    followed()
    posted = intake.submit("https://example0.org/novel").job
    let_time_pass()
    updates.make()

    assert [job.id for job in jobs()] == [posted.id]
    assert (state().job_id, read(posted.id).refresh) == (posted.id, Refresh.NEW)


def test_a_waiting_update_job_does_what_a_person_asks_for_instead():
    followed()
    let_time_pass()
    updates.make()
    taken = intake.submit("https://example0.org/novel", priority=Priority.HIGH, refresh=Refresh.ALL)

    assert (taken.created, taken.message) == (False, intake.ADOPTED)
    assert (taken.job.id, taken.job.priority, taken.job.refresh) == (1, Priority.HIGH, Refresh.ALL)


def test_an_update_job_does_not_narrow_what_is_asked_for_already():
    posted = intake.submit("https://example0.org/novel").job
    again = intake.submit("https://example0.org/novel", refresh=Refresh.CHANGED)

    assert (again.job.id, again.job.refresh, again.message) == (posted.id, Refresh.NEW, intake.EXISTING)


def test_in_the_quiet_hours_what_is_due_waits_until_their_end(monkeypatch: pytest.MonkeyPatch):
    followed(3)
    let_time_pass()
    with db.transaction() as session:
        now = follows.now(session)
    hours = f"{now - HOUR:%H:%M}-{now + HOUR:%H:%M}"
    configure(monkeypatch, FOLLOW_QUIET_HOURS=hours)
    updates.make()

    assert jobs() == []
    assert len({state(n).next_at for n in (1, 2, 3)}) == 3
    assert all(HOUR * 0.98 < until_next(n) < 3 * HOUR for n in (1, 2, 3))


def test_an_address_that_cannot_be_asked_holds_up_no_other_novel():
    followed(2)
    with db.transaction() as session:
        session.execute(update(NovelRow).where(NovelRow.id == 1).values(index_url="mailto:a@example.org"))
    let_time_pass()
    updates.make()

    assert [job.canonical_url for job in jobs()] == ["https://example1.org/novel"]
    assert (state(1).failures, state(1).job_id) == (1, None)


def test_a_novel_s_rhythm_is_that_of_its_dates_and_else_of_when_its_chapters_were_first_seen():
    followed(every=None)
    with db.transaction() as session:
        now = follows.now(session)
        for n in range(6):
            released = {"published_at" if n % 2 else "created_at": now - n * 8 * HOUR}
            session.add(chapter(f"{n}", **released))
        session.add(chapter("dated wrongly", published_at=now + 1000 * HOUR))
    let_time_pass()
    updates.make()
    end(1)
    updates.make()

    assert 2 * HOUR <= until_next() <= 2.3 * HOUR


def chapter(key: str, **released: datetime) -> ChapterRow:
    told = {"url": "https://example0.org/", "title": key, "words": 1, "revision": 1, "hidden_removed": 0}
    return ChapterRow(novel_id=1, key=key, position=1, matter=Matter.BODY, **told, **released)
