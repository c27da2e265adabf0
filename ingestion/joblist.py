"""SQL that asks about jobs: one, many, their timelines, the dead letters, the stranded. It changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, CTE, ColumnElement, Integer, Select, Text, bindparam, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from ingestion.models import ALL_HOSTS, URGENCY, Job, JobEvent, Pause
from ingestion.status import RUNNING, UNFINISHED, JobStatus


def get(session: Session, job_id: int) -> Job | None:
    """The job, or None."""
    return session.get(Job, job_id)


def page(
    session: Session,
    *,
    statuses: Collection[JobStatus] | None = None,
    kind: str | None = None,
    site: str | None = None,
    before: int | None = None,
    limit: int,
) -> Sequence[Job]:
    """At most `limit` jobs, newest first, from below id `before` (keyset pagination): in these statuses, with this error kind, of this site.

    A site is given by its spider's name or by its host.
    """
    query = select(Job).order_by(Job.id.desc()).limit(limit)
    if statuses is not None:
        query = query.where(Job.status.in_(statuses))
    if kind is not None:
        query = query.where(Job.error_kind == kind)
    if site is not None:
        query = query.where((Job.site == site) | (Job.host == site))
    if before is not None:
        query = query.where(Job.id < before)
    return session.scalars(query).all()


def by_id(session: Session, job_ids: Collection[int]) -> dict[int, Job]:
    """Those of these jobs that there are."""
    query = select(Job).where(Job.id.in_(job_ids)).order_by(Job.id)
    return {job.id: job for job in session.scalars(query)} if job_ids else {}


def running(session: Session) -> Sequence[int]:
    """The ids of the jobs that attempts work on."""
    return session.scalars(select(Job.id).where(Job.status.in_(RUNNING))).all()


def newest_of(session: Session, novel_id: int) -> Job | None:
    """The novel's newest job, dry runs aside."""
    query = select(Job).where(Job.novel_id == novel_id, ~Job.dry_run)
    return session.scalars(query.order_by(Job.id.desc()).limit(1)).one_or_none()


def events(session: Session, job_id: int, *, after: int = 0) -> Sequence[JobEvent]:
    """The job's timeline, oldest first, from behind the event `after`."""
    query = select(JobEvent).where(JobEvent.job_id == job_id, JobEvent.id > after)
    return session.scalars(query.order_by(JobEvent.id)).all()


def last_event(session: Session, job_id: int) -> int:
    """The id of the job's newest event; 0 when it has none."""
    return session.scalar(select(func.max(JobEvent.id)).where(JobEvent.job_id == job_id)) or 0


def dead_letters(session: Session) -> dict[str, int]:
    """How many jobs are in ERROR, by kind, the most frequent first."""
    query = select(Job.error_kind, func.count()).where(Job.status == JobStatus.ERROR).group_by(Job.error_kind)
    return {kind or "": count for kind, count in session.execute(query.order_by(func.count().desc(), Job.error_kind))}


def dead(session: Session, *, kind: str | None, but: str | None = None, limit: int | None = None) -> Sequence[int]:
    """The ids of the jobs in ERROR, oldest first: those of one kind, or all `but` those of one; the first `limit`."""
    query = select(Job.id).where(Job.status == JobStatus.ERROR).order_by(Job.id).limit(limit)
    if kind is not None:
        query = query.where(Job.error_kind == kind)
    return session.scalars(query if but is None else query.where(Job.error_kind != but)).all()


def per_site(session: Session) -> dict[str, int]:
    """How many jobs each spider has worked on, by its name; dry runs aside."""
    query = select(Job.site, func.count()).where(Job.site.is_not(None), ~Job.dry_run).group_by(Job.site)
    return {site or "": count for site, count in session.execute(query)}


def unfinished(session: Session, canonical_urls: Collection[str]) -> dict[str, Job]:
    """The unfinished jobs at these URLs, dry runs aside."""
    if not canonical_urls:
        return {}
    there = select(Job).where(Job.canonical_url.in_(canonical_urls), Job.status.in_(UNFINISHED), ~Job.dry_run)
    return {job.canonical_url: job for job in session.scalars(there)}


def claimable(session: Session, *, per_host: int, hosts: Collection[str] | None = None) -> Sequence[Job]:
    """The QUEUED jobs that a worker may claim now, of some hosts or of all, oldest first.

    Of each host they are the first by priority and age, as many as may run beside those that do: `per_host` in all.
    """
    first = next_in_line(session, per_host=per_host, hosts=hosts)
    return session.scalars(select(Job).where(Job.id.in_(first)).order_by(Job.id)).all()


def next_in_line(session: Session, *, per_host: int, hosts: Collection[str] | None = None) -> Sequence[int]:
    """Their ids. However many wait at a host, those alone are read."""
    values = {"per_host": per_host} | ({} if hosts is None else {"hosts": [*hosts]})
    return session.scalars(_turns(of_all=hosts is None), values).all()


@cache
def _turns(*, of_all: bool) -> Select[int]:
    """Made once: each post asks."""
    given = select(func.unnest(bindparam("hosts", type_=ARRAY(Text))).label("host"))
    room = _room(_hosts_with_queued() if of_all else given)
    waiting = select(Job.id).where(Job.host == room.c.host, Job.status == JobStatus.QUEUED, is_due())
    first = waiting.order_by(URGENCY, Job.id).limit(room.c.places).correlate(room).lateral()
    return select(first.c.id).select_from(room).join(first, literal(True))


def _hosts_with_queued() -> Select[Any]:
    """Each host at which jobs wait, found by one look into the index of turns: not by reading all of them (a loose index scan)."""
    queued = Job.status == JobStatus.QUEUED
    host = select(func.min(Job.host).label("host")).where(queued).cte("host", recursive=True)
    following = select(func.min(Job.host)).where(queued, Job.host > host.c.host).correlate(host).scalar_subquery()
    host = host.union_all(select(following).where(host.c.host.is_not(None)))
    return select(host.c.host).where(host.c.host.is_not(None))


def _room(asked: Select[str]) -> CTE:
    """Those of the hosts that are not paused, and how many more jobs of each may run."""
    host, running = asked.subquery(), _running_by_host().subquery()
    places = (bindparam("per_host", type_=Integer) - func.coalesce(running.c.jobs, 0)).label("places")
    paused = exists().where(Pause.host.in_([ALL_HOSTS, host.c.host]))
    free = select(host.c.host, places).outerjoin(running, running.c.host == host.c.host).where(~paused, places > 0)
    return free.cte("room")


def _running_by_host() -> Select[str, int]:
    return select(Job.host, func.count().label("jobs")).where(Job.status.in_(RUNNING)).group_by(Job.host)


def expired(session: Session) -> int:
    """How many jobs are at work in an attempt that has given no sign of life for a lease."""
    return session.scalar(select(func.count()).where(Job.status.in_(RUNNING), is_expired())) or 0


def run_by(session: Session, job_id: int, worker: str) -> Job | None:
    """The job, if the process `worker` owns it now."""
    return session.scalar(select(Job).where(Job.id == job_id, Job.worker == worker, Job.status.in_(RUNNING)))


def is_at(session: Session, job_id: int, attempt: int, status: JobStatus) -> bool:
    """Whether the attempt has brought the job to `status`."""
    query = select(Job.id).where(Job.id == job_id, Job.attempt == attempt, Job.status == status)
    return session.scalar(query) is not None


# Conditions on a row of `job`; time is the database's alone, so that no machine's clock matters --------------------------


def is_due() -> ColumnElement[bool]:
    """Its rest after a failure is over."""
    return or_(Job.not_before.is_(None), Job.not_before <= func.now())


def is_paused() -> ColumnElement[bool]:
    """A person has paused its host, or all of them."""
    return exists().where(Pause.host.in_([ALL_HOSTS, Job.host]))


def has_room(per_host: int) -> ColumnElement[bool]:
    """Fewer than `per_host` jobs of its host are running."""
    other = aliased(Job)
    running = select(func.count()).where(other.host == Job.host, other.status.in_(RUNNING)).scalar_subquery()
    return running < per_host


def is_expired() -> ColumnElement[bool]:
    """Its attempt has given no sign of life for a lease."""
    return Job.lease_expires_at < func.now()
