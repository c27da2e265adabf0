"""RQ: the queues' names and priorities, and how their bells are rung. Redis carries a row's id and nothing else; the row is the truth.

Every push makes a new RQ job with an id of its own: a fixed one would drop a retry silently while the old id lives out
its result's time. Too many pushes do no harm, since the claim refuses the second.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from uuid import uuid4

from redis import Redis
from rq import Queue
from rq.job import Job

from ingestion import bell, broker, config
from ingestion.status import Priority

NAMES: dict[Priority, str] = {
    Priority.HIGH: "ingestion-high",
    Priority.DEFAULT: "ingestion",
    Priority.LOW: "ingestion-low",
}
#: Where background tasks wait, in the order in which a worker that serves all queues looks: after ingestion.
ENRICHMENT = "enrichment"
EXPORT = "export"
ALL = (*NAMES.values(), ENRICHMENT, EXPORT)
#: Before the id of a background task in the id of its bell.
TASK_MARK = "task-"
#: Above QUEUE_JOB_TIMEOUT: the crawl ends itself at that limit; RQ's alarm is for what can no longer do so.
GRACE_SECONDS = 60


def known(names: str) -> list[str]:
    """The queues in a list divided by commas. Raises ConfigError, naming one that is none of ours."""
    chosen = [name.strip() for name in names.split(",") if name.strip()]
    if unknown := [name for name in chosen if name not in ALL] or not chosen:
        raise config.ConfigError(f"unknown queue {unknown}; there are {', '.join(ALL)}")
    return chosen


def enqueue(job_id: int, priority: Priority) -> None:
    """Ring the bell for a QUEUED job. Raises redis.RedisError when Redis is away; the row then waits for recovery."""
    enqueue_all({job_id: priority})


def enqueue_all(jobs: Mapping[int, Priority]) -> None:
    """The same for many, by their ids, in one exchange with Redis: all of them ring, or none."""
    if not jobs:
        return
    with broker.connection().pipeline() as pipeline:
        for priority in set(jobs.values()):
            bells = [Queue.prepare_data(**_of_job(job_id)) for job_id, its in jobs.items() if its is priority]
            _queue(NAMES[priority]).enqueue_many(bells, pipeline=pipeline)
        pipeline.execute()


def in_hand(job_id: int, priority: Priority) -> Job:
    """A bell for a QUEUED job that waits in no queue: who asks for it answers it. Those that wait are taken out. Raises RedisError."""
    withdraw(job_id)
    made = _queue(NAMES[priority]).create_job(**_of_job(job_id))
    made.save()
    made.cleanup(made.ttl)
    return made


def enqueue_task(task_id: int, kind: str, name: str, timeout: int) -> None:
    """Ring the bell for a background task in the queue `name`; RQ's alarm ends it after `timeout` seconds. Raises redis.RedisError."""
    _queue(name).enqueue_call(
        **_bell(bell.PERFORM, task_id, f"{TASK_MARK}{task_id}", f"{kind} task {task_id}", timeout)
    )


def _queue(name: str) -> Queue:
    return _queue_at(name, broker.connection())


@cache
def _queue_at(name: str, connection: Redis) -> Queue:
    """Kept, since each new one asks Redis for its version before the first bell."""
    return Queue(name, connection=connection)


def _of_job(job_id: int) -> dict[str, Any]:
    timeout = config.settings().queue_job_timeout + GRACE_SECONDS
    return _bell(bell.PROCESS_JOB, job_id, f"{job_id}", f"ingest job {job_id}", timeout)


def _bell(function: str, row: int, mark: str, told: str, timeout: int) -> dict[str, Any]:
    """What RQ is told of a bell."""
    ours = config.settings()
    return {
        "func": function,
        "args": (row,),
        "job_id": f"{mark}-{uuid4().hex}",
        "description": told,
        "timeout": timeout,
        "ttl": ours.queue_job_ttl,
        "result_ttl": ours.result_ttl,
        "failure_ttl": ours.failure_ttl,
    }


def withdraw(job_id: int, *, but: Priority | None = None) -> None:
    """Take a job's bells out of every queue `but` one. One that a worker has just taken out rings, and does no harm."""
    for priority, name in NAMES.items():
        rung = _queue(name)
        for rq_id in () if priority is but else rung.get_job_ids():
            if rq_id.startswith(f"{job_id}-"):
                rung.remove(rq_id)
                broker.connection().delete(bell.Bell.key_for(rq_id))


def empty(name: str) -> int:
    """Take all bells out of a queue; how many there were. The rows stay, and are rung for again. Raises redis.RedisError."""
    return int(_queue(name).empty())  # type: ignore[no-untyped-call]


def waiting() -> set[int]:
    """The ids of the jobs that an RQ queue holds. One that a worker has just taken out may ring twice, and does no harm."""
    return _rows(NAMES.values(), "")


def waiting_tasks() -> set[int]:
    """The same of the background tasks."""
    return _rows((ENRICHMENT, EXPORT), TASK_MARK)


def _rows(names: Iterable[str], mark: str) -> set[int]:
    held = (rq_id for name in names for rq_id in _queue(name).get_job_ids())
    rows = (rq_id.removeprefix(mark).partition("-")[0] for rq_id in held if rq_id.startswith(mark))
    return {int(row) for row in rows if row.isdecimal()}
