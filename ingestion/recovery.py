"""Puts stranded jobs back: QUEUED rows that no queue holds, and running ones whose lease has run out.

Workers call it every RECOVERY_SECONDS and an operator whenever he likes (`cli.py process-queue`). Only one recoverer acts
at a time; another that comes meanwhile has nothing to do.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from ingestion import db, jobs, queue
from ingestion.models import Job
from ingestion.status import JobStatus

log = structlog.get_logger(__name__)

RECOVERY_LOCK = 4_200_002
MAX_ATTEMPTS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Recovered:
    """What one recovery did, as job ids."""

    requeued: tuple[int, ...] = ()
    expired: tuple[int, ...] = ()
    dead: tuple[int, ...] = ()


def recover(*, dead: tuple[int, str] | None = None) -> Recovered:
    """Put back what is stranded; with `dead`, a job's id and its worker's name, the job of that worker without waiting for its lease.

    Raises redis.RedisError when Redis is away: nothing is lost, the next call goes on.
    """
    with db.transaction() as session:
        if not _acting_alone(session):
            return Recovered()
        ended = jobs.expire(session, max_attempts=MAX_ATTEMPTS, dead=dead)
        expired = tuple(job.id for job in ended)
    with db.transaction() as session:
        if not _acting_alone(session):
            return Recovered(expired=expired)
        given_up = tuple(id for id in expired if _status(session, id) is JobStatus.ERROR)
        requeued = _push_missing(session)
    done = Recovered(requeued=requeued, expired=expired, dead=given_up)
    if requeued or expired:
        log.info("recovered stranded jobs", requeued=len(requeued), expired=len(expired), dead=len(given_up))
    return done


def _acting_alone(session: Session) -> bool:
    """Whether this transaction holds the recoverers' advisory lock; its end frees it."""
    return bool(session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": RECOVERY_LOCK}))


def _push_missing(session: Session) -> tuple[int, ...]:
    # The queue is read before the table: a job that is pushed in between is then seen as waiting at the worst twice, never missed.
    rung = queue.waiting()
    silent = [job for job in jobs.queued(session) if job.id not in rung]
    for job in silent:
        queue.enqueue(job.id, job.priority)
    return tuple(job.id for job in silent)


def _status(session: Session, job_id: int) -> JobStatus:
    return session.get_one(Job, job_id).status
