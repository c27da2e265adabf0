"""SQL that counts jobs and tasks for those who watch: by status, site and kind, and how long the due ones wait.

It is asked again and again, so it looks at no row of a job that has ended: those in ERROR are counted in an index of their own, and of
those that are DONE there is an estimate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, or_, select, text
from sqlalchemy.orm import Session

from ingestion import joblist
from ingestion.models import Job, Task
from ingestion.status import RUNNING, UNFINISHED, JobStatus, Priority, TaskStatus


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
    """Who is QUEUED, of one priority of jobs or kind of tasks: those that are due, the seconds that the oldest has been so, those that rest.

    Of tasks, which are few, also those in ERROR and those whose attempt has given no sign of life for a lease. A paused job is not due.
    """

    due: int = 0
    oldest_seconds: float = 0.0
    resting: int = 0
    failed: int = 0
    expired: int = 0


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


def jobs_waiting(session: Session) -> dict[Priority, Waiting]:
    """The QUEUED jobs of each priority that has some."""
    due = joblist.is_due() & ~joblist.is_paused()
    since = func.min(func.greatest(Job.updated_at, Job.not_before)).filter(due)  # greatest passes over a NULL
    query = select(Job.priority, func.count().filter(due), _ago(since), func.count().filter(~joblist.is_due()))
    rows = session.execute(query.where(Job.status == JobStatus.QUEUED).group_by(Job.priority))
    return {
        priority: Waiting(due=count, oldest_seconds=float(seconds), resting=resting)
        for priority, count, seconds, resting in rows
    }


def tasks_waiting(session: Session) -> dict[str, Waiting]:
    """The tasks of each kind that has some."""
    queued, due = Task.status == TaskStatus.QUEUED, or_(Task.not_before.is_(None), Task.not_before <= func.now())
    since = func.min(func.greatest(Task.created_at, Task.not_before)).filter(queued & due)
    failed = func.count().filter(Task.status == TaskStatus.ERROR)
    expired = func.count().filter(Task.status == TaskStatus.RUNNING, Task.lease_expires_at < func.now())
    counts = (func.count().filter(queued & due), _ago(since), func.count().filter(queued & ~due), failed, expired)
    return {
        kind: Waiting(due=count, oldest_seconds=float(seconds), resting=resting, failed=errors, expired=lost)
        for kind, count, seconds, resting, errors, lost in session.execute(
            select(Task.kind, *counts).group_by(Task.kind)
        )
    }


def jobs_expired(session: Session) -> int:
    """How many attempts have given no sign of life for a lease."""
    return session.scalar(select(func.count()).where(Job.status.in_(RUNNING), joblist.is_expired())) or 0


def jobs_in_all(session: Session) -> int:
    """About how many jobs there are, by what PostgreSQL's statistics say of the table."""
    query = text("SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass('job')")
    return max(0, session.scalar(query) or 0)


def _ago(since: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(func.extract("epoch", func.now() - since), 0)
