"""How the queues stand: what Redis holds, who listens, and what waits in the table; and bells that wait too long."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rq import Queue
from rq.registry import FailedJobRegistry, StartedJobRegistry
from sqlalchemy import func, update

from ingestion import bell, broker, db, intake, pauses, queue, recovery, standing
from ingestion.background import table
from ingestion.lines import Rows
from ingestion.models import Job, Task
from ingestion.standing import QueueStanding
from ingestion.status import Priority
from tests.commandline import claim, posted
from tests.conftest import configure
from tests.library import Work
from tests.processes import read, waits_for_jobs, working
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("environment")


def of(name: str) -> QueueStanding:
    return next(one for one in standing.look().queues if one.name == name)


def rests(job_id: int) -> None:
    with db.transaction() as session:
        session.execute(update(Job).where(Job.id == job_id).values(not_before=func.now() + timedelta(hours=1)))


def test_with_nothing_posted_every_queue_is_empty():
    found = standing.look()

    assert tuple(one.name for one in found.queues) == queue.ALL
    assert {(one.size, one.oldest_seconds, one.failed, one.workers) for one in found.queues} == {(0, None, 0, 0)}
    assert (found.workers, found.stranded_queued, found.stranded_running) == (0, 0, 0)


def test_a_queue_tells_its_bells_and_what_its_jobs_wait_for():
    due, resting, held = posted(3)
    low = intake.submit("https://low.example/", priority=Priority.LOW).job.id
    rests(resting)
    with db.transaction() as session:
        pauses.pause(session, read(held).host)
        session.execute(update(Job).where(Job.id == due).values(updated_at=func.now() - timedelta(seconds=90)))
    one = of("ingestion")

    assert (one.size, of("ingestion-low").size, of("ingestion-high").rows) == (3, 1, Rows())
    assert (one.rows.due, one.rows.resting, one.rows.paused) == (1, 1, 1)
    assert 90 <= (one.rows.oldest_seconds or 0) < 100
    assert 0 <= (one.oldest_seconds or -1) < 10
    assert read(low).priority is Priority.LOW


def test_background_tasks_wait_in_queues_of_their_own():
    with db.transaction() as session:
        ids = [table.submit(session, "reparse", {"n": n})[0].id for n in range(3)]
        session.execute(update(Task).where(Task.id == ids[0]).values(not_before=func.now() + timedelta(hours=1)))
        claimed = table.claim(session, ids[1], worker="here:1", lease_seconds=-1)
        unknown = table.submit(session, "knitting", {})[0]
    found = standing.look()
    one = of("enrichment")

    assert claimed is not None
    assert unknown.id
    assert (one.size, one.rows.due, one.rows.resting, of("export").rows) == (0, 1, 1, Rows())
    assert (found.stranded_queued, found.stranded_running) == (1, 1)


def test_what_rq_notes_of_started_and_failed_bells_is_counted_and_left_as_it_is():
    posted(2)
    connection = broker.connection()
    connection.zadd(StartedJobRegistry("ingestion", connection).key, {"1-a:x": 1})
    connection.zadd(FailedJobRegistry("ingestion", connection).key, {"1-b": 1, "1-c": 1})

    assert [(of("ingestion").started, of("ingestion").failed) for _ in range(2)] == [(1, 2)] * 2


def test_stranded_jobs_are_those_without_a_bell_and_those_without_a_sign_of_life():
    silent, _, lost = posted(3)
    (first, *_) = Queue("ingestion", connection=broker.connection()).job_ids
    broker.connection().lrem("rq:queue:ingestion", 1, first)
    claim(lost, lease_seconds=-1)

    found = standing.look()
    assert first.startswith(f"{silent}-")
    assert (found.stranded_queued, found.stranded_running) == (1, 1)


def test_a_worker_that_listens_is_counted_until_it_has_gone():
    with working():
        until(waits_for_jobs, "the worker did not start")
        found = standing.look()
        broker.connection().sadd("rq:workers", "rq:worker:gone")
        still = standing.look().workers

    assert [one.workers for one in found.queues] == [1] * len(queue.ALL)
    assert (found.workers, still) == (1, 1)


def test_what_somebody_else_wrote_to_redis_has_no_age():
    broker.connection().rpush("rq:queue:ingestion", "forged", "absent")
    broker.connection().hset("rq:job:forged", mapping={"data": b"\x00", "enqueued_at": "noise"})

    assert (of("ingestion").size, of("ingestion").oldest_seconds) == (2, None)


# How long Redis keeps it ----------------------------------------------------------------------------------------------


def test_a_bell_that_has_waited_too_long_is_passed_over_and_rung_again(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, QUEUE_JOB_TTL="60")
    (job_id,) = posted(1)
    (rung,) = Queue("ingestion", connection=broker.connection()).job_ids
    assert 50 < broker.connection().ttl(bell.Bell.key_for(rung)) <= 60
    broker.connection().pexpire(bell.Bell.key_for(rung), 1)
    until(lambda: not broker.connection().exists(bell.Bell.key_for(rung)), "the bell did not expire")
    work()
    passed_over = queue.waiting()

    assert passed_over == set()
    assert (recovery.recover().requeued, queue.waiting()) == ((job_id,), {job_id})


def test_a_bell_that_was_answered_is_kept_as_long_as_the_settings_say(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, RESULT_TTL="120", FAILURE_TTL="240")
    (job_id,) = posted(1)
    intake.cancel(job_id)
    (rung,) = Queue("ingestion", connection=broker.connection()).job_ids
    work()

    made = bell.Bell.fetch(rung, connection=broker.connection(), serializer=bell.Plain)
    assert 110 < broker.connection().ttl(made.key) <= 120
    assert (made.result_ttl, made.failure_ttl) == (120, 240)
