"""The rules of a job's life: claim, lease, fence, transitions."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text

from ingestion import db, joblist, jobs
from ingestion.errors import LeaseLost, NotFound
from ingestion.models import Job
from ingestion.novels import Saved
from ingestion.retry import Backoff
from ingestion.status import TRANSITIONS, UNFINISHED, JobStatus, Priority, Refresh

pytestmark = pytest.mark.usefixtures("environment")

TWO = Backoff(max_attempts=2, first_seconds=30, longest_seconds=3600)
FIVE = Backoff(max_attempts=5, first_seconds=30, longest_seconds=3600)


def create(url: str = "https://example.org/novel") -> int:
    with db.transaction() as session:
        job, _ = jobs.create(session, source_url=url, canonical_url=url, priority=Priority.DEFAULT, refresh=Refresh.NEW)
        return job.id


def claim(job_id: int, lease_seconds: float = 60) -> Job | None:
    with db.transaction() as session:
        return jobs.claim(session, job_id, worker="here:1", lease_seconds=lease_seconds)


def read(job_id: int) -> Job:
    with db.transaction() as session:
        return session.get_one(Job, job_id)


def save(job_id: int, attempt: int) -> None:
    with db.transaction() as session:
        for stage in (JobStatus.PARSING, JobStatus.SAVING):
            jobs.advance(session, job_id, attempt, to=stage, lease_seconds=60, message="on")


def test_a_new_job_is_queued_and_has_one_event():
    job_id = create()

    with db.transaction() as session:
        assert [e.status for e in joblist.events(session, job_id)] == [JobStatus.QUEUED]
    assert read(job_id).status is JobStatus.QUEUED


def test_posting_a_url_again_finds_the_unfinished_job():
    first = create()

    assert create() == first


def test_posting_a_url_again_after_the_end_makes_a_new_job():
    first = create()
    job = claim(first)
    assert job is not None
    with db.transaction() as session:
        jobs.end(session, first, job.attempt, NotFound("gone"), FIVE)

    assert create() != first


def test_of_many_workers_one_claims_the_job():
    job_id = create()
    claimed: list[Job | None] = []
    threads = [threading.Thread(target=lambda: claimed.append(claim(job_id))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(job is not None for job in claimed) == 1
    assert read(job_id).attempt == 1


def test_of_many_posts_at_once_one_makes_the_job():
    made: list[int] = []
    threads = [threading.Thread(target=lambda: made.append(create())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 8
    assert len(set(made)) == 1


def test_a_stale_attempt_can_write_nothing():
    job_id = create()
    claim(job_id, lease_seconds=-1)
    with db.transaction() as session:
        jobs.expire(session, FIVE)
    claim(job_id)

    for write in (
        lambda s: jobs.renew(s, job_id, 1, lease_seconds=60),
        lambda s: jobs.advance(s, job_id, 1, to=JobStatus.PARSING, lease_seconds=60, message="late"),
        lambda s: jobs.release(s, job_id, 1, reason="late"),
        lambda s: jobs.end(s, job_id, 1, NotFound("late"), FIVE),
        lambda s: jobs.lock(s, job_id, 1),
        lambda s: jobs.finish(s, job_id, 1, Saved(novel_id=1, saved=1, missing=0, added=1, changed=0, gone=0)),
    ):
        with pytest.raises(LeaseLost), db.transaction() as session:
            write(session)
    assert (read(job_id).status, read(job_id).attempt) == (JobStatus.CRAWLING, 2)


def test_a_stage_cannot_be_skipped():
    job_id = create()
    claim(job_id)

    with pytest.raises(LeaseLost), db.transaction() as session:
        jobs.advance(session, job_id, 1, to=JobStatus.SAVING, lease_seconds=60, message="too soon")


def test_saving_is_locked_by_its_owner_alone():
    job_id = create()
    claim(job_id)
    save(job_id, 1)

    with db.transaction() as session:
        jobs.lock(session, job_id, 1)
        with pytest.raises(LeaseLost):
            jobs.lock(session, job_id, 2)


def test_a_released_job_waits_again_and_its_attempt_is_not_spent():
    job_id = create()
    claim(job_id)
    with db.transaction() as session:
        jobs.release(session, job_id, 1, reason="asked to stop")

    job = read(job_id)
    assert (job.status, job.attempt - job.released, job.lease_expires_at) == (JobStatus.QUEUED, 0, None)
    again = claim(job_id)
    assert again is not None
    assert again.attempt == 2


def test_an_expired_lease_sends_the_job_back_until_its_attempts_are_spent():
    job_id = create()
    for _ in range(2):
        claim(job_id, lease_seconds=-1)
        with db.transaction() as session:
            jobs.expire(session, TWO)

    job = read(job_id)
    assert (job.status, job.error_kind) == (JobStatus.ERROR, "crash")
    assert "number 2 of 2" in (job.error_message or "")


def test_a_live_lease_is_left_alone():
    job_id = create()
    claim(job_id)

    with db.transaction() as session:
        assert jobs.expire(session, FIVE) == {}


def test_a_job_whose_time_has_not_come_is_not_claimed():
    job_id = create()
    with db.transaction() as session:
        session.execute(text("UPDATE job SET not_before = now() + interval '1 hour'"))

    assert claim(job_id) is None
    with db.transaction() as session:
        assert joblist.claimable(session, per_host=1) == []


def test_every_unfinished_status_can_end_in_error():
    assert all(JobStatus.ERROR in TRANSITIONS[status] for status in UNFINISHED)


def test_a_wish_for_everything_widens_a_job_that_waits_but_not_one_that_runs():
    def wish(url: str) -> Refresh:
        with db.transaction() as session:
            job, _ = jobs.create(
                session, source_url=url, canonical_url=url, priority=Priority.DEFAULT, refresh=Refresh.ALL
            )
            return job.refresh

    waits, runs = create("https://example.org/waits"), create("https://example.org/runs")
    claim(runs)

    assert wish("https://example.org/waits") is Refresh.ALL
    assert wish("https://example.org/runs") is Refresh.NEW
    assert read(waits).refresh is Refresh.ALL
