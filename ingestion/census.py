"""SQL that counts jobs and tasks for those who watch: by status, site and kind.

It is asked again and again, so it looks at no row of a job that has ended: those in ERROR are counted in an index of their own, and of
those that are DONE there is an estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, literal_column, select, text
from sqlalchemy.orm import Session

from ingestion.models import Job, Task
from ingestion.status import UNFINISHED, JobStatus, Priority, TaskStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Jobs that are alike; a site or kind that they do not have is empty."""

    status: JobStatus
    priority: Priority
    site: str
    kind: str
    count: int


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


def dead_tasks(session: Session) -> dict[str, int]:
    """How many tasks of each kind are in ERROR."""
    query = select(Task.kind, func.count()).where(Task.status == TaskStatus.ERROR).group_by(Task.kind)
    return {kind: count for kind, count in session.execute(query)}


def jobs_in_all(session: Session) -> int:
    """About how many jobs there are, by what PostgreSQL's statistics say of the table."""
    query = text("SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass('job')")
    return max(0, session.scalar(query) or 0)
