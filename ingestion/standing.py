"""How the queues stand: the bells that Redis holds of each, who listens, and the rows of PostgreSQL behind them.

The bells are hints, the rows are the truth: a job whose host is busy waits without one, and one bell may ring for a job that has
ended. What could be done and that no bell rings for is stranded, and recovery puts it back. Looking changes nothing.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime

from rq import Queue
from rq.exceptions import NoSuchJobError
from rq.utils import missing_keys
from rq.worker_registration import get_keys

from ingestion import bell, broker, db, joblist, lines, queue, recovery
from ingestion.lines import Rows

PRIORITIES = {name: priority for priority, name in queue.NAMES.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueStanding:
    """One queue: the bells that wait, and for how many seconds the first has; those answered now, later, and by a fault; workers.

    `rows` are the QUEUED jobs of this queue, None where it is no queue of ingestion.
    """

    name: str
    size: int
    oldest_seconds: float | None
    started: int
    scheduled: int
    failed: int
    workers: int
    rows: Rows | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """All queues and workers; jobs that are QUEUED though no bell rings for them, and at work though nobody gives a sign of life."""

    queues: tuple[QueueStanding, ...]
    workers: int
    stranded_queued: int
    stranded_running: int


def look() -> Standing:
    """How the queues stand now. Raises redis.RedisError when Redis is away."""
    with db.transaction() as session:
        rows = lines.waiting(session)
        silent, expired = len(recovery.silent(session)), joblist.expired(session)
    queues = tuple(_queue(name, rows[PRIORITIES[name]] if name in PRIORITIES else None) for name in queue.ALL)
    return Standing(queues=queues, workers=_alive(None), stranded_queued=silent, stranded_running=expired)


def _queue(name: str, rows: Rows | None) -> QueueStanding:
    one = Queue(name, connection=broker.connection())
    return QueueStanding(
        name=name,
        size=one.count,
        oldest_seconds=_age(one),
        started=one.started_job_registry.get_job_count(cleanup=False),
        scheduled=one.scheduled_job_registry.get_job_count(cleanup=False),
        failed=one.failed_job_registry.get_job_count(cleanup=False),
        workers=_alive(one),
        rows=rows,
    )


def _age(one: Queue) -> float | None:
    """Seconds that the bell at the front has waited; None when there is none, or it has expired."""
    for rq_id in one.get_job_ids(length=1):
        with contextlib.suppress(NoSuchJobError):
            first = bell.Bell.fetch(rq_id, connection=broker.connection(), serializer=bell.Plain)
            return (datetime.now(UTC) - first.enqueued_at).total_seconds() if first.enqueued_at else None
    return None


def _alive(one: Queue | None) -> int:
    """The workers of a queue, or of all, that have given a sign of life."""
    keys = sorted(get_keys(queue=one, connection=broker.connection()))
    return len(keys) - len(missing_keys(broker.connection(), keys))
