"""Puts stranded tasks back, and forgets old ones: what `ingestion.recovery` is for jobs."""

from __future__ import annotations

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from ingestion import db
from ingestion.background import ringing, table
from ingestion.background.kinds import KINDS
from ingestion.recovery import Recovered
from ingestion.status import TaskStatus

log = structlog.get_logger(__name__)

TASKS_LOCK = 4_200_004


def recover(*, dead: tuple[int, str] | None = None) -> Recovered:
    """Put back what is stranded; with `dead`, a task's id and its worker's name, the task of that worker without waiting for its lease.

    Raises redis.RedisError when Redis is away: nothing is lost, the next call goes on.
    """
    with db.transaction() as session:
        if not _acting_alone(session):
            return Recovered()
        expired, given_up = _bury(session, dead)
        table.prune(session)
    if dead is not None and not (expired or given_up):
        return Recovered()  # it died before it had claimed its task: not at once again, or it would be so for ever
    with db.transaction() as session:
        requeued = ringing.ring_due(session) if _acting_alone(session) else ()
    if requeued or expired or given_up:
        log.info("recovered stranded tasks", requeued=len(requeued), expired=len(expired), dead=len(given_up))
    return Recovered(requeued=requeued, expired=expired, dead=given_up)


def look() -> Recovered:
    """What `recover` would do now, undone. Raises redis.RedisError when Redis is away."""
    with db.transaction() as session:
        expired, given_up = _bury(session, None)
        silent = tuple(task.id for task in ringing.silent(session))
        session.rollback()
    return Recovered(requeued=silent, expired=expired, dead=given_up)


def _bury(session: Session, dead: tuple[int, str] | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Take tasks from attempts that stopped without a word; the ids of those that go on, and of those given up."""
    ends: dict[int, TaskStatus] = {}
    for task in table.expired(session, KINDS, dead=dead):
        kind = KINDS[task.kind]
        ends[task.id] = table.bury(session, task, kind.backoff, keep_seconds=kind.keep_seconds)
    given_up = tuple(sorted(id for id, status in ends.items() if status is TaskStatus.ERROR))
    return tuple(sorted(ends.keys() - set(given_up))), given_up


def _acting_alone(session: Session) -> bool:
    """Whether this transaction holds the advisory lock of those who look after tasks; its end frees it."""
    return bool(session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": TASKS_LOCK}))
