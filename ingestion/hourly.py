"""SQL that counts what was done in each of the last hours, for a chart. It changes nothing.

It looks at so many steps of jobs and no more, the newest: where more was done than that, the chart begins later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from ingestion.models import Job, JobEvent
from ingestion.status import JobStatus

STEPS = 50_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Hour:
    """Since `begun_at`, for an hour: the jobs that ended, and the chapters that had their first text by them."""

    begun_at: datetime
    done: int = 0
    failed: int = 0
    chapters: int = 0


def counted(session: Session, *, hours: int) -> Sequence[Hour]:
    """The last so many hours, oldest first, the one that has begun included; dry runs aside."""
    this = session.scalars(select(func.date_trunc("hour", func.now()))).one()
    wanted = [this - timedelta(hours=ago) for ago in range(hours - 1, -1, -1)]
    found = {hour.begun_at: hour for hour in _found(session, wanted[0])}
    return [found.get(begun_at, Hour(begun_at=begun_at)) for begun_at in wanted]


def _found(session: Session, since: datetime) -> list[Hour]:
    newest = select(JobEvent).order_by(JobEvent.id.desc()).limit(STEPS).subquery()
    ended = newest.c.status.in_([JobStatus.DONE, JobStatus.ERROR]) & (newest.c.created_at >= since)
    # A job's count is of all its attempts: it belongs to the last end that the job has come to.
    turn = func.row_number().over(partition_by=newest.c.job_id, order_by=newest.c.id.desc())
    ends = select(newest.c.job_id, newest.c.status, newest.c.created_at, turn.label("turn")).where(ended).subquery()
    hour, status = func.date_trunc("hour", ends.c.created_at), ends.c.status
    query = select(
        hour,
        func.count().filter(status == JobStatus.DONE),
        func.count().filter(status == JobStatus.ERROR),
        func.sum(case((ends.c.turn == 1, Job.chapters_new), else_=0)),
    )
    rows = session.execute(query.join(Job, Job.id == ends.c.job_id).where(~Job.dry_run).group_by(hour))
    return [Hour(begun_at=at, done=done, failed=failed, chapters=int(new)) for at, done, failed, new in rows]
