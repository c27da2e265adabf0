"""How the queues stand: the bells that Redis holds of each, who listens, and the rows of PostgreSQL behind them.

The bells are hints, the rows are the truth: a job whose host is busy waits without one, and one bell may ring for a job that has
ended. What could be done and has no bell is stranded, and recovery puts it back. Looking changes nothing.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from datetime import datetime

from rq import Queue
from rq.exceptions import NoSuchJobError
from rq.utils import missing_keys
from rq.worker_registration import get_keys
from sqlalchemy.orm import Session

from ingestion import bell, broker, db, joblist, lines, queue, recovery
from ingestion.background import ringing, table
from ingestion.background.kinds import KINDS
from ingestion.lines import Rows


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueStanding:
    """One queue: the bells that wait, for how many seconds the first has, those answered now, later and by a fault; the workers that listen.

    `rows` are the QUEUED jobs of this priority, or the tasks of these kinds.
    """

    name: str
    size: int
    oldest_seconds: float | None
    started: int
    scheduled: int
    failed: int
    workers: int
    rows: Rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """All queues and workers; jobs and tasks that could begin though no bell rings for them, and at work though nobody gives a sign of life."""

    queues: tuple[QueueStanding, ...]
    workers: int
    stranded_queued: int
    stranded_running: int


def look() -> Standing:
    """How the queues stand now. Raises redis.RedisError when Redis is away."""
    with db.transaction() as session:
        waiting = rows(session)
        silent = len(recovery.silent(session)) + len(ringing.silent(session))
        expired = joblist.expired(session) + table.lost(session)
        now = db.now(session)
    return Standing(
        queues=tuple(_queue(name, waiting[name], now) for name in queue.ALL),
        workers=_alive(None),
        stranded_queued=silent,
        stranded_running=expired,
    )


def rows(session: Session) -> dict[str, Rows]:
    """What is QUEUED for each queue."""
    jobs = {queue.NAMES[priority]: found for priority, found in lines.waiting(session).items()}
    return dict.fromkeys(queue.ALL, Rows()) | jobs | _tasks(session)


def _tasks(session: Session) -> dict[str, Rows]:
    """The QUEUED tasks of each queue."""
    found: dict[str, Rows] = {}
    for kind, due, count, seconds in table.waiting(session):
        if kind in KINDS:
            name = KINDS[kind].queue
            before = found.get(name, Rows())
            oldest = max(seconds, before.oldest_seconds or 0.0)
            more = {"due": before.due + count, "oldest_seconds": oldest} if due else {"resting": before.resting + count}
            found[name] = replace(before, **more)
    return found


def _queue(name: str, rows: Rows, now: datetime) -> QueueStanding:
    one = Queue(name, connection=broker.connection())
    return QueueStanding(
        name=name,
        size=one.count,
        oldest_seconds=_age(one, now),
        started=one.started_job_registry.get_job_count(cleanup=False),
        scheduled=one.scheduled_job_registry.get_job_count(cleanup=False),
        failed=one.failed_job_registry.get_job_count(cleanup=False),
        workers=_alive(one),
        rows=rows,
    )


def _age(one: Queue, now: datetime) -> float | None:
    """Seconds that the bell at the front has waited; None when there is none, or it has expired."""
    for rq_id in one.get_job_ids(length=1):
        with contextlib.suppress(NoSuchJobError):
            first = bell.Bell.fetch(rq_id, connection=broker.connection(), serializer=bell.Plain)
            return (now - first.enqueued_at).total_seconds() if first.enqueued_at else None
    return None


def _alive(one: Queue | None) -> int:
    """The workers of a queue, or of all, that have given a sign of life."""
    keys = sorted(get_keys(queue=one, connection=broker.connection()))
    return len(keys) - len(missing_keys(broker.connection(), keys))
