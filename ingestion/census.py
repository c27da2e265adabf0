"""SQL that counts jobs for those who watch: by status, site and kind of error, and how long the due ones wait.

It is asked again and again, so it looks at no row of a job that has ended: those in ERROR are counted in an index of their own, and of
those that are DONE there is an estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, literal_column, select, text
from sqlalchemy.orm import Session

from ingestion import joblist
from ingestion.models import Job
from ingestion.status import RUNNING, UNFINISHED, JobStatus, Priority


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Jobs that are alike; a site or kind that they do not have is empty."""

    status: JobStatus
    priority: Priority
    site: str
    kind: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """QUEUED jobs of one priority: those that are due (not paused), how long the oldest has been so, and those that rest."""

    due: int
    oldest_seconds: float
    resting: int


NOBODY = Waiting(due=0, oldest_seconds=0.0, resting=0)


def groups(session: Session) -> list[Group]:
    """Every job that is not DONE, in groups."""
    alike = (Job.priority, Job.site, Job.error_kind)
    unfinished = select(*alike, func.count(), Job.status).where(Job.status.in_(UNFINISHED)).group_by(*alike, Job.status)
    dead = select(*alike, func.count()).where(Job.status == literal_column("'error'")).group_by(*alike)
    return [
        Group(
            status=JobStatus(*status) if status else JobStatus.ERROR,
            priority=priority,
            site=site or "",
            kind=kind or "",
            count=count,
        )
        for priority, site, kind, count, *status in (*session.execute(unfinished), *session.execute(dead))
    ]


def waiting(session: Session) -> dict[Priority, Waiting]:
    """The QUEUED jobs of each priority that has some."""
    due = joblist.is_due() & ~joblist.is_paused()
    since = func.min(func.greatest(Job.updated_at, Job.not_before)).filter(due)  # greatest passes over a NULL
    oldest = func.coalesce(func.extract("epoch", func.now() - since), 0)
    query = select(Job.priority, func.count().filter(due), oldest, func.count().filter(~joblist.is_due()))
    rows = session.execute(query.where(Job.status == JobStatus.QUEUED).group_by(Job.priority))
    return {
        priority: Waiting(due=count, oldest_seconds=float(seconds), resting=resting)
        for priority, count, seconds, resting in rows
    }


def expired(session: Session) -> int:
    """How many attempts have given no sign of life for a lease."""
    return session.scalar(select(func.count()).where(Job.status.in_(RUNNING), joblist.is_expired())) or 0


def in_all(session: Session) -> int:
    """About how many jobs there are, by what PostgreSQL's statistics say of the table."""
    query = text("SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass('job')")
    return max(0, session.scalar(query) or 0)
