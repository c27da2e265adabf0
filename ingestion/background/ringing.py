"""Asks for background work: the row first, committed; then the bell in Redis. What was not rung for is found by whoever looks next."""

from __future__ import annotations

from typing import Any

import structlog
from redis import RedisError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from ingestion import db, queue
from ingestion.background import table
from ingestion.background.kinds import KINDS, Kind
from ingestion.crashpoints import Point, reach
from ingestion.errors import TooMany
from ingestion.models import Task

log = structlog.get_logger(__name__)

#: So many bells are rung at once: the transaction around them must not idle for long.
MOST_AT_ONCE = 500


def submit(kind: Kind, args: dict[str, Any], *, once: str | None = None) -> tuple[Task, bool]:
    """A new task, committed and rung for, or the unfinished one of this kind and `once`; True when it is new.

    Redis being away is no error: the row waits, and recovery rings. Raises TooMany.
    """
    with db.transaction() as session:
        task, created = table.submit(session, kind.name, args, once=once)
        if created and kind.most is not None and table.unfinished(session, kind.name) > kind.most:
            raise TooMany(
                f"{kind.most} {kind.name} tasks are unfinished, as many as may be; ask again when some are done"
            )
    reach(Point.TASK_CREATED)
    if created:
        ring_soon()
    return task, created


def ring_soon() -> None:
    """Ring for each task that could be done now and that no queue holds. In an outage, recovery does it."""
    try:
        with db.transaction() as session:
            ring_due(session)
    except (RedisError, OperationalError) as outage:
        log.warning("an outage; background tasks wait for recovery", error=str(outage).splitlines()[0])


def ring_due(session: Session) -> tuple[int, ...]:
    """The same; the ids of the tasks. Raises redis.RedisError."""
    due = silent(session)
    for task in due:
        kind = KINDS[task.kind]
        queue.enqueue_task(task.id, kind.name, kind.queue, kind.timeout_seconds)
    return tuple(task.id for task in due)


def silent(session: Session) -> list[Task]:
    """The tasks that could be claimed but that no queue holds, oldest first; some, where there are many."""
    # The queue is read before the table: what is pushed in between is then seen as waiting at the worst twice, never missed.
    rung = queue.waiting_tasks()
    return list(table.claimable(session, KINDS, but=rung, limit=MOST_AT_ONCE))
