"""Stranded jobs come back, whoever loses what."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from redis import RedisError
from rq import Queue
from sqlalchemy import select

from ingestion import broker, copying, db, intake, jobs, queue, recovery
from ingestion.models import Job, Pause
from ingestion.recovery import Recovered
from ingestion.status import JobStatus
from tests.conftest import configure
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("environment")


def submit(count: int = 3) -> tuple[int, ...]:
    return tuple(intake.submit(f"https://example.org/{n}").job.id for n in range(count))


def claim(job_id: int, lease_seconds: float) -> None:
    with db.transaction() as session:
        jobs.claim(session, job_id, worker="here:1", lease_seconds=lease_seconds)


def status(job_id: int) -> JobStatus:
    with db.transaction() as session:
        return session.get_one(Job, job_id).status


def test_with_nothing_stranded_there_is_nothing_to_do():
    submit()

    assert recovery.recover() == Recovered()


def test_an_emptied_redis_loses_no_job():
    made = submit()
    broker.connection().flushall()

    assert recovery.recover().requeued == made
    assert queue.waiting() == set(made)
    assert recovery.recover() == Recovered()


def test_a_job_posted_while_redis_was_away_is_queued_when_it_is_back(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
):
    configure(monkeypatch, REDIS_URL="redis://127.0.0.1:1/0")
    made = submit(1)
    with pytest.raises(RedisError):
        recovery.recover()
    configure(monkeypatch, REDIS_URL=environment["REDIS_URL"])

    assert recovery.recover().requeued == made


def test_an_attempt_that_stopped_without_a_word_is_taken_over(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, MAX_ATTEMPTS="2")
    (job_id,) = submit(1)
    broker.connection().flushall()
    claim(job_id, lease_seconds=-1)

    assert recovery.recover() == Recovered(requeued=(job_id,), expired=(job_id,))
    assert status(job_id) is JobStatus.QUEUED


def test_an_attempt_at_work_is_left_alone():
    (job_id,) = submit(1)
    broker.connection().flushall()
    claim(job_id, lease_seconds=60)

    assert recovery.recover() == Recovered()


def test_a_job_that_always_dies_ends_among_the_dead(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, MAX_ATTEMPTS="3", RETRY_SECONDS="0")
    (job_id,) = submit(1)
    for _ in range(3):
        claim(job_id, lease_seconds=-1)
        recovered = recovery.recover()

    assert recovered.dead == (job_id,)
    assert status(job_id) is JobStatus.ERROR


def test_of_two_recoverers_one_acts():
    submit()
    broker.connection().flushall()
    with db.transaction() as session:
        assert recovery._acting_alone(session)

        assert recovery.recover() == Recovered()
    assert len(recovery.recover().requeued) == 3


def test_many_stranded_jobs_are_pushed_in_turns_and_each_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recovery, "BATCH_SECONDS", 0.0005)
    monkeypatch.setattr(recovery, "AT_ONCE", 5)
    made = submit(12)
    broker.connection().flushall()

    assert recovery.recover().requeued == made
    assert len(Queue("ingestion", connection=broker.connection())) == 12


def test_a_job_that_a_worker_took_and_died_with_is_pushed_again():
    (job_id,) = submit(1)
    waiting = Queue("ingestion", connection=broker.connection())
    broker.connection().lmove(waiting.key, waiting.intermediate_queue_key)

    assert recovery.recover().requeued == (job_id,)


def test_a_second_death_gives_the_job_a_rest(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, MAX_ATTEMPTS="3")
    (job_id,) = submit(1)
    rests = []
    for _ in range(2):
        claim(job_id, lease_seconds=-1)
        recovery.recover()
        with db.transaction() as session:
            rests.append(session.get_one(Job, job_id).not_before)

    assert rests[0] is None
    assert rests[1] is not None


def test_an_attempt_that_stopped_in_the_middle_of_a_copy_is_taken_over(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(copying, "STUCK_SECONDS", 0.1)
    (job_id,) = submit(1)
    claim(job_id, lease_seconds=-1)
    begun, goes_on = Event(), Event()

    def stopped() -> Iterator[dict[str, object]]:
        yield {"host": "a.example"}
        begun.set()
        goes_on.wait()

    def save() -> None:
        with db.transaction() as session:
            session.execute(select(Job.id).where(Job.id == job_id).with_for_update())
            copying.insert(session, Pause, stopped())

    with ThreadPoolExecutor() as pool:
        saving = pool.submit(save)
        begun.wait()
        until(lambda: recovery.recover() != Recovered(), "the job was not taken back")
        goes_on.set()

        assert db.is_outage(saving.exception() or Exception())
