"""SQL about the queue that a waiting job is for: how many are, moving one, and up when it was overtaken. No function here commits.

Of one host only so many jobs run at once, the most urgent first, and without more a flood of urgent ones would hold the others up for
ever. So each time that a job is begun before an older one of its host, because it is more urgent, the oldest such one moves up by a
queue. After two it is as urgent as any and older than most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Float, case, cast, func, select, update
from sqlalchemy.orm import Session

from ingestion import joblist, transition
from ingestion.models import Job
from ingestion.status import UNFINISHED, JobStatus, Priority

#: Why a QUEUED job is where it is: it may begin, or wait for its host's turn; it rests after a failure; a person holds it back.
DUE, RESTING, PAUSED = "due", "resting", "paused"
UP = {Priority.LOW: Priority.DEFAULT, Priority.DEFAULT: Priority.HIGH}
#: What may be overtaken by a job of each priority.
BELOW = {Priority.HIGH: (Priority.DEFAULT, Priority.LOW), Priority.DEFAULT: (Priority.LOW,), Priority.LOW: ()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """QUEUED rows for one queue, by what they wait for; of those that are due, how many seconds the oldest has waited."""

    due: int = 0
    resting: int = 0
    paused: int = 0
    oldest_seconds: float | None = None


def waiting(session: Session) -> dict[Priority, Rows]:
    """The QUEUED jobs of each priority."""
    kind = case((joblist.is_paused(), PAUSED), (joblist.is_due(), DUE), else_=RESTING).label("kind")
    queued = select(Job.priority, Job.updated_at, kind).where(Job.status == JobStatus.QUEUED).subquery()
    age = cast(func.extract("epoch", func.now() - func.min(queued.c.updated_at)), Float)
    counted = select(queued.c.priority, queued.c.kind, func.count(), age).group_by(queued.c.priority, queued.c.kind)
    told: dict[Priority, dict[str, Any]] = {priority: {} for priority in Priority}
    for priority, what, count, seconds in session.execute(counted):
        told[priority] |= {what: count} | ({"oldest_seconds": seconds} if what == DUE else {})
    return {priority: Rows(**values) for priority, values in told.items()}


def move(session: Session, job_id: int, priority: Priority) -> Job | None:
    """Let an unfinished job wait in another queue; None when there is no such job, it has ended, or its queue is that one already.

    A job at work does so from its next attempt on.
    """
    other = update(Job).where(Job.id == job_id, Job.status.in_(UNFINISHED), Job.priority != priority)
    job = _changed(session, other.values(priority=priority))
    if job is not None:
        later = "" if job.status is JobStatus.QUEUED else ", from its next attempt on"
        _tell(session, job, f"moved by hand to priority {priority}{later}")
    return job


def move_up_overtaken(session: Session, begun: Job) -> Job | None:
    """Move the oldest job up that waits at the host of `begun` and that `begun` has overtaken; None when there is none."""
    overtaken = (
        select(Job.id)
        .where(Job.status == JobStatus.QUEUED, Job.host == begun.host, Job.id < begun.id, joblist.is_due())
        .where(Job.priority.in_(BELOW[begun.priority]))
        .order_by(Job.id)
        .limit(1)
    )
    waiting = update(Job).where(Job.id == overtaken.scalar_subquery(), Job.status == JobStatus.QUEUED)
    job = _changed(session, waiting.values(priority=case(UP, value=Job.priority)))
    if job is not None:
        _tell(session, job, f"job {begun.id} of its host went first: moved up to priority {job.priority}")
    return job


def _changed(session: Session, statement: Any) -> Job | None:
    job: Job | None = session.scalars(statement.returning(Job), execution_options=transition.FRESH).one_or_none()
    return job


def _tell(session: Session, job: Job, message: str) -> None:
    transition.record(session, job.id, attempt=job.attempt, status=job.status, message=message)
