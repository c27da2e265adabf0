"""RQ: the queues' names and priorities, and `enqueue`. Redis carries a job's id and nothing else; the row is the truth.

Every push makes a new RQ job with an id of its own: a fixed one would drop a retry silently while the old id lives out
its result's time. Too many pushes do no harm, since the claim refuses the second.
"""

from __future__ import annotations

from uuid import uuid4

from rq import Queue

from ingestion import bell, broker, config
from ingestion.status import Priority

NAMES: dict[Priority, str] = {
    Priority.HIGH: "ingestion-high",
    Priority.DEFAULT: "ingestion",
    Priority.LOW: "ingestion-low",
}
RESULT_SECONDS = 3600
FAILURE_SECONDS = 24 * 3600
#: Above QUEUE_JOB_TIMEOUT: the crawl ends itself at that limit; RQ's alarm is for what can no longer do so.
GRACE_SECONDS = 60


def known(names: str) -> list[str]:
    """The queues in a list divided by commas. Raises ConfigError, naming one that is none of ours."""
    chosen = [name.strip() for name in names.split(",") if name.strip()]
    if unknown := [name for name in chosen if name not in NAMES.values()] or not chosen:
        raise config.ConfigError(f"unknown queue {unknown}; there are {', '.join(NAMES.values())}")
    return chosen


def enqueue(job_id: int, priority: Priority) -> None:
    """Ring the bell for a QUEUED row. Raises redis.RedisError when Redis is away; the row then waits for recovery."""
    Queue(NAMES[priority], connection=broker.connection()).enqueue_call(
        bell.TASK,
        args=(job_id,),
        job_id=f"{job_id}-{uuid4().hex}",
        description=f"ingest job {job_id}",
        timeout=config.settings().queue_job_timeout + GRACE_SECONDS,
        result_ttl=RESULT_SECONDS,
        failure_ttl=FAILURE_SECONDS,
    )


def waiting() -> set[int]:
    """The ids of the rows that an RQ queue holds. One that a worker has just taken out may ring twice, and does no harm."""
    found: set[int] = set()
    for name in NAMES.values():
        for rq_id in Queue(name, connection=broker.connection()).get_job_ids():
            row, _, _ = rq_id.partition("-")
            if row.isdecimal():
                found.add(int(row))
    return found
