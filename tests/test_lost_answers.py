"""The answer to a commit may be lost though the commit was not, and a signal may come between any two lines."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator

import psycopg2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from ingestion import db, intake, jobs, tasks, worker
from ingestion.crashpoints import Point
from ingestion.lease import Lease, StopWish
from ingestion.models import Job
from ingestion.status import JobStatus
from tests.library import novel
from tests.sites import plain
from tests.sites.web import Site

pytestmark = pytest.mark.usefixtures("environment")


@contextlib.contextmanager
def the_first_answer_lost(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The next transaction is committed, and then its connection is gone."""
    real, lost = db.transaction, list[bool]()

    @contextlib.contextmanager
    def losing() -> Iterator[Session]:
        with real() as session:
            yield session
        if not lost:
            lost.append(True)
            raise OperationalError("COMMIT", {}, psycopg2.OperationalError("server closed the connection unexpectedly"))

    monkeypatch.setattr(db, "transaction", losing)
    yield
    monkeypatch.setattr(db, "transaction", real)


def in_a_child(act: Callable[[], object]) -> None:
    if (child := os.fork()) == 0:
        try:
            act()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def read(job_id: int) -> Job:
    with db.transaction() as session:
        return session.get_one(Job, job_id)


def test_a_stage_that_was_entered_is_entered(monkeypatch: pytest.MonkeyPatch):
    job_id = intake.submit("https://example.org/1").job.id
    with db.transaction() as session:
        job = jobs.claim(session, job_id, worker="here:1", lease_seconds=60)
    assert job is not None
    with the_first_answer_lost(monkeypatch):
        Lease(job, 60).advance(JobStatus.PARSING, "on")

    assert read(job_id).status is JobStatus.PARSING


def test_a_job_that_was_claimed_is_done(monkeypatch: pytest.MonkeyPatch):
    def claim_and_lose_the_answer() -> None:
        with the_first_answer_lost(monkeypatch):
            tasks.process_job(job_id)

    with Site(plain.render(novel())) as site:
        job_id = intake.submit(f"{site.url}/index.html").job.id
        in_a_child(claim_and_lose_the_answer)

    assert (read(job_id).status, read(job_id).attempt) == (JobStatus.DONE, 1)


def test_a_sigterm_right_behind_the_claim_gives_the_job_back(monkeypatch: pytest.MonkeyPatch):
    job_id = intake.submit("https://example.org/1").job.id

    def terminate_at(point: Point) -> None:
        if point is Point.JOB_CLAIMED:
            os.kill(os.getpid(), signal.SIGTERM)

    def work() -> None:
        signal.signal(signal.SIGTERM, worker._leave_at_once)
        tasks.process_job(job_id)

    monkeypatch.setattr(tasks, "reach", terminate_at)
    in_a_child(work)

    assert (read(job_id).status, read(job_id).released) == (JobStatus.QUEUED, 1)


def test_a_cut_connection_does_not_keep_a_stopped_attempt_from_its_last_word(monkeypatch: pytest.MonkeyPatch):
    job_id = intake.submit("https://example.org/1").job.id
    with db.transaction() as session:
        job = jobs.claim(session, job_id, worker="here:1", lease_seconds=60)
    assert job is not None
    stop = StopWish()
    stop.give()
    with the_first_answer_lost(monkeypatch):
        told = Lease(job, 60, stop).last_word(lambda session: jobs.hold(session, job_id, 1))

    assert told is None


def test_who_slept_in_a_transaction_does_it_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(db, "IDLE_IN_TRANSACTION_SECONDS", 1)
    tries: list[int] = []

    def work(session: Session) -> int | None:
        tries.append(1)
        session.execute(text("SELECT 1"))
        time.sleep(1.5 if len(tries) == 1 else 0)
        return session.scalar(text("SELECT 2"))

    assert db.patiently(work) == 2
    assert len(tries) == 2
