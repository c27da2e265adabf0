"""Puts stranded jobs back: QUEUED rows that no queue holds, and running ones whose lease has run out.

Workers call it every RECOVERY_SECONDS and an operator whenever he likes (`cli.py process-queue`). Only one recoverer acts
at a time; another that comes meanwhile has nothing to do.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from ingestion import config, copying, db, joblist, jobs, queue
from ingestion.crashpoints import Point, reach
from ingestion.models import Job
from ingestion.retry import Backoff
from ingestion.status import JobStatus

log = structlog.get_logger(__name__)

RECOVERY_LOCK = 4_200_002
#: Far below the time after which a session that idles in a transaction is ended.
BATCH_SECONDS = 3.0
#: Jobs that one statement takes back, and one exchange with Redis pushes.
AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Recovered:
    """What one recovery did, as job ids: pushed to a queue again, taken from an attempt that had stopped, given up."""

    requeued: tuple[int, ...] = ()
    expired: tuple[int, ...] = ()
    dead: tuple[int, ...] = ()


def recover(*, dead: tuple[int, str] | None = None) -> Recovered:
    """Put back what is stranded; with `dead`, a job's id and its worker's name, the job of that worker without waiting for its lease.

    Raises redis.RedisError when Redis is away: nothing is lost, the next call goes on.
    """
    taken = _expire(dead)
    if taken is None or (dead is not None and not taken):
        return Recovered()  # it died before it had claimed its job: not at once again, or it would be so for ever
    reach(Point.LEASES_EXPIRED)
    done = _told(taken, _push_silent())
    if done != Recovered():
        log.info("recovered stranded jobs", requeued=len(done.requeued), expired=len(done.expired), dead=len(done.dead))
    return done


def look() -> Recovered:
    """What `recover` would do now, undone. Raises redis.RedisError when Redis is away."""
    with db.transaction() as session:
        taken = jobs.expire(session, Backoff.as_set())
        waits = tuple(job.id for job in silent(session))
        session.rollback()
    return _told(taken, waits)


def _told(taken: Mapping[int, JobStatus], requeued: tuple[int, ...]) -> Recovered:
    given_up = {id for id, status in taken.items() if status is JobStatus.ERROR}
    return Recovered(requeued=requeued, expired=tuple(sorted(taken.keys() - given_up)), dead=tuple(sorted(given_up)))


def _expire(dead: tuple[int, str] | None) -> dict[int, JobStatus] | None:
    """Take jobs from attempts that have stopped, some in each transaction: how they stand now; None when somebody else is at it."""
    with db.transaction() as session:
        if copying.end_stuck(session):
            log.warning("ended a COPY whose process had stopped; its job is taken back once it has let go")
    taken: dict[int, JobStatus] = {}
    while True:
        with db.transaction() as session:
            if not _acting_alone(session):
                return taken or None
            some = jobs.expire(session, Backoff.as_set(), dead=dead, limit=AT_ONCE)
        taken |= some
        if len(some) < AT_ONCE:
            return taken


def _acting_alone(session: Session) -> bool:
    """Whether this transaction holds the recoverers' advisory lock; its end frees it."""
    return bool(session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": RECOVERY_LOCK}))


def silent(session: Session) -> list[Job]:
    """The jobs that could be claimed but that no queue holds."""
    # The queue is read before the table: a job that is pushed in between is then seen as waiting at the worst twice, never missed.
    rung = queue.waiting()
    free = joblist.claimable(session, per_host=config.settings().jobs_per_host)
    return [job for job in free if job.id not in rung]


def _push_silent() -> tuple[int, ...]:
    """Push them, some in each transaction: one that idles for long while it pushes would be ended by PostgreSQL."""
    pushed: dict[int, None] = {}
    while True:
        with db.transaction() as session:
            if not _acting_alone(session):
                return tuple(pushed)
            waiting = [job for job in silent(session) if job.id not in pushed]
            until = time.monotonic() + BATCH_SECONDS
            while waiting and time.monotonic() < until:
                some, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
                queue.enqueue_all({job.id: job.priority for job in some})
                pushed |= dict.fromkeys(job.id for job in some)
                reach(Point.SOME_PUSHED_BACK)
        if not waiting:
            return tuple(pushed)
