"""How the queues stand: the bells that Redis holds of each, who listens, and the rows of PostgreSQL behind them.

The bells are hints, the rows are the truth: a job whose host is busy waits without one, and one bell may ring for a job that has
ended. What could be done and has no bell is stranded, and recovery puts it back. Looking changes nothing.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from rq import Queue
from rq.exceptions import NoSuchJobError
from sqlalchemy.orm import Session

from ingestion import bell, broker, config, crew, db, joblist, lines, queue
from ingestion.background import table
from ingestion.background.kinds import KINDS
from ingestion.lines import Rows

#: Of how many tasks, the oldest, it is looked whether anybody holds them.
TASKS = 1000


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
        waiting, ready, expired, now = rows(session), claimable(session), lost(session), db.now(session)
    connection = broker.connection()
    alive = [worker for worker in crew.workers(connection) if not worker.stale]
    listeners = Counter(name for worker in alive for name in worker.queues)
    return Standing(
        queues=tuple(_queue(name, waiting[name], now, listeners[name]) for name in queue.ALL),
        workers=len(alive),
        stranded_queued=len(ready - crew.in_hand(connection)),
        stranded_running=expired,
    )


def claimable(session: Session) -> set[str]:
    """What could be begun now, as `crew.in_hand` names it."""
    jobs = joblist.claimable(session, per_host=config.settings().jobs_per_host)
    tasks = table.claimable(session, KINDS, but=(), limit=TASKS)
    return {f"{job.id}" for job in jobs} | {f"{queue.TASK_MARK}{task.id}" for task in tasks}


def lost(session: Session) -> int:
    """How many jobs and tasks are at work though nobody gives a sign of life."""
    return joblist.expired(session) + table.lost(session)


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


def _queue(name: str, rows: Rows, now: datetime, listeners: int) -> QueueStanding:
    one = Queue(name, connection=broker.connection())
    return QueueStanding(
        name=name,
        size=one.count,
        oldest_seconds=_age(one, now),
        started=one.started_job_registry.get_job_count(cleanup=False),
        scheduled=one.scheduled_job_registry.get_job_count(cleanup=False),
        failed=one.failed_job_registry.get_job_count(cleanup=False),
        workers=listeners,
        rows=rows,
    )


def _age(one: Queue, now: datetime) -> float | None:
    """Seconds that the bell at the front has waited; None when there is none, or it has expired."""
    for rq_id in one.get_job_ids(length=1):
        with contextlib.suppress(NoSuchJobError):
            first = bell.Bell.fetch(rq_id, connection=broker.connection(), serializer=bell.Plain)
            return (now - first.enqueued_at).total_seconds() if first.enqueued_at else None
    return None
