"""Any interleaving of what can happen to jobs keeps the rules (Hypothesis: stateful testing), on the real database."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from ingestion import db, joblist, jobs, pauses
from ingestion.errors import Blocked, IngestionError, LeaseLost, NotFound
from ingestion.models import Job, JobEvent, NovelRow
from ingestion.novels import Saved
from ingestion.retry import Backoff
from ingestion.status import RUNNING, TRANSITIONS, UNFINISHED, JobStatus, Priority, Refresh

BACKOFF = Backoff(max_attempts=2, first_seconds=30, longest_seconds=3600)
URL = "https://example.org"
ERRORS: tuple[IngestionError, ...] = (NotFound("gone"), Blocked("later"), Blocked("later", retry_after=7))
_numbers = itertools.count()


def every_timeline_is_a_walk_through_the_transitions(job: Job, events: list[JobEvent]) -> None:
    steps = [event.status for event in events]
    assert steps[0] is JobStatus.QUEUED
    assert steps[-1] is job.status
    assert all(after in TRANSITIONS[before] for before, after in itertools.pairwise(steps))


def a_fencing_token_only_grows_and_each_is_given_once(job: Job, events: list[JobEvent]) -> None:
    tokens = [event.attempt for event in events]
    claims = [event.attempt for event in events if event.status is JobStatus.CRAWLING]
    assert tokens == sorted(tokens)
    assert claims == list(range(1, job.attempt + 1))


def a_lease_is_held_by_running_jobs_alone(job: Job) -> None:
    held = job.lease_expires_at is not None, job.worker is not None
    assert held == ((True, True) if job.status in RUNNING else (False, job.status is JobStatus.DONE))


def no_job_spends_more_attempts_than_it_has(job: Job) -> None:
    spent = job.attempt - job.released
    assert spent <= BACKOFF.max_attempts
    assert job.status is not JobStatus.QUEUED or spent < BACKOFF.max_attempts
    assert job.error_kind is not None or job.status is not JobStatus.ERROR


class Jobs(RuleBasedStateMachine):
    """Attempts are (job, fencing token) pairs that are never forgotten: any of them may try to write at any time."""

    made = Bundle("made")
    attempts = Bundle("attempts")

    def __init__(self) -> None:
        super().__init__()
        self.example = next(_numbers)
        url = f"{URL}/{self.example}/novel"
        with db.transaction() as session:
            job, _ = jobs.create(
                session, source_url=url, canonical_url=url, priority=Priority.DEFAULT, refresh=Refresh.NEW
            )
            self.first = job.id
            jobs.claim(session, self.first, worker=f"w:{self.first}", lease_seconds=60)
            jobs.release(session, self.first, 1, reason="asked to stop")
            jobs.claim(session, self.first, worker=f"w:{self.first}", lease_seconds=60)

    # Every example begins with an owner and a stale attempt of one job.

    @initialize(target=made)
    def the_first_job(self) -> Any:
        return self.first

    @initialize(target=attempts)
    def an_owner_and_a_stale_attempt(self) -> Any:
        return multiple((self.first, 1), (self.first, 2))

    # What people and workers do -------------------------------------------------------------------------------------

    @rule(target=made)
    def post(self) -> Any:
        url = f"{URL}/{self.example}/novel"
        with db.transaction() as session:
            job, new = jobs.create(
                session, source_url=url, canonical_url=url, priority=Priority.DEFAULT, refresh=Refresh.NEW
            )
        return job.id if new else multiple()

    @rule(target=attempts, job_id=made, paused=st.booleans())
    def claim(self, job_id: int, paused: bool) -> Any:
        with db.transaction() as session:
            job = session.get_one(Job, job_id)
            before, due = (job.status, job.attempt), job.not_before is None
            if paused:
                pauses.pause(session, job.host)
            claimed = jobs.claim(session, job_id, worker=f"w:{job_id}", lease_seconds=60)
            pauses.resume(session, job.host)
        assert (claimed is not None) == (before[0] is JobStatus.QUEUED and due and not paused)
        if claimed is None:
            return multiple()
        assert claimed.attempt == before[1] + 1
        return job_id, claimed.attempt

    @rule(attempt=attempts)
    def renew(self, attempt: tuple[int, int]) -> None:
        self._as_owner(attempt, lambda session: jobs.renew(session, *attempt, lease_seconds=60, pages_done=3))

    @rule(attempt=attempts)
    def advance(self, attempt: tuple[int, int]) -> None:
        with db.transaction() as session:
            status = session.get_one(Job, attempt[0]).status
        to = JobStatus.SAVING if status is JobStatus.PARSING else JobStatus.PARSING
        legal = status in {JobStatus.CRAWLING, JobStatus.PARSING}
        self._as_owner(
            attempt,
            lambda session: jobs.advance(session, *attempt, to=to, lease_seconds=60, message="on"),
            possible=legal,
        )

    @rule(attempt=attempts)
    def save(self, attempt: tuple[int, int]) -> None:
        def saving(session: Any) -> None:
            jobs.lock(session, *attempt)
            row = NovelRow(
                site="s", key=f"{self.example}-{attempt}", url="u", title="t", authors=[], tags=[], confidence=1
            )
            session.add(row)
            session.flush()
            jobs.finish(session, *attempt, Saved(novel_id=row.id, saved=1, missing=0, added=1, changed=0, gone=0))

        with db.transaction() as session:
            possible = session.get_one(Job, attempt[0]).status is JobStatus.SAVING
        self._as_owner(attempt, saving, possible=possible)

    @rule(attempt=attempts, error=st.sampled_from(ERRORS))
    def fail(self, attempt: tuple[int, int], error: IngestionError) -> None:
        self._as_owner(attempt, lambda session: jobs.end(session, *attempt, error, BACKOFF))

    @rule(attempt=attempts, afresh=st.booleans())
    def release(self, attempt: tuple[int, int], afresh: bool) -> None:
        self._as_owner(attempt, lambda session: jobs.release(session, *attempt, reason="asked to stop", afresh=afresh))

    @rule(job_id=made)
    def cancel(self, job_id: int) -> None:
        with db.transaction() as session:
            unfinished = session.get_one(Job, job_id).status in UNFINISHED
            assert (jobs.cancel(session, job_id) is not None) == unfinished

    @rule(job_id=made)
    def retry(self, job_id: int) -> None:
        try:
            with db.transaction() as session:
                dead = session.get_one(Job, job_id).status is JobStatus.ERROR
                job = jobs.retry(session, job_id)
                assert (job is not None) == dead
        except IntegrityError:
            assert dead, "only a job that really is put back can meet another at its URL"

    # What time and accidents do -------------------------------------------------------------------------------------

    @rule(attempt=attempts)
    def lose_the_process(self, attempt: tuple[int, int]) -> None:
        self._set(attempt[0], lease_expires_at=func.now() - timedelta(seconds=1))

    @rule(job_id=made)
    def let_the_rest_be_over(self, job_id: int) -> None:
        self._set(job_id, not_before=None)

    @rule()
    def recover(self) -> None:
        with db.transaction() as session:
            lost = select(Job.id).where(Job.status.in_(RUNNING), joblist.is_expired())
            expected = set(session.scalars(lost))
            assert jobs.expire(session, BACKOFF).keys() == expected
            assert session.scalars(lost).all() == []

    @rule(job_id=made, right=st.booleans())
    def report_a_dead_child(self, job_id: int, right: bool) -> None:
        with db.transaction() as session:
            running = session.get_one(Job, job_id).status in RUNNING
            taken = jobs.expire(session, BACKOFF, dead=(job_id, f"w:{job_id}" if right else "elsewhere:1"))
            assert bool(taken) == (running and right)

    # What always holds ----------------------------------------------------------------------------------------------

    @invariant()
    def the_rules_hold(self) -> None:
        found = self._timelines()
        for job, events in found:
            every_timeline_is_a_walk_through_the_transitions(job, events)
            a_fencing_token_only_grows_and_each_is_given_once(job, events)
            a_lease_is_held_by_running_jobs_alone(job)
            no_job_spends_more_attempts_than_it_has(job)
        urls = [job.canonical_url for job, _ in found if job.status in UNFINISHED]
        assert len(urls) == len(set(urls)), "a novel has at most one unfinished job"

    def _as_owner(self, attempt: tuple[int, int], write: Callable[[Any], object], *, possible: bool = True) -> None:
        """The write goes through for the attempt that owns the job, and for no other."""
        with db.transaction() as session:
            job = session.get_one(Job, attempt[0])
        owner = job.attempt == attempt[1] and job.status in RUNNING
        try:
            with db.transaction() as session:
                write(session)
        except LeaseLost:
            assert not (owner and possible)
        else:
            assert owner
            assert possible

    def _set(self, job_id: int, **values: Any) -> None:
        with db.transaction() as session:
            running = Job.status.in_(RUNNING if "lease_expires_at" in values else UNFINISHED)
            session.execute(update(Job).where(Job.id == job_id, running).values(**values))

    def _timelines(self) -> list[tuple[Job, list[JobEvent]]]:
        mine = Job.canonical_url == f"{URL}/{self.example}/novel"
        with db.transaction() as session:
            found = session.scalars(select(Job).where(mine)).all()
            events = session.scalars(
                select(JobEvent).where(JobEvent.job_id.in_([job.id for job in found])).order_by(JobEvent.id)
            ).all()
        return [(job, [event for event in events if event.job_id == job.id]) for job in found]


@pytest.mark.usefixtures("environment")
def test_any_interleaving_keeps_the_rules():
    quick = settings(
        max_examples=12,
        stateful_step_count=40,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Jobs, settings=quick)
