"""SQL about jobs, and the only module that changes a job's status.

Every change is one compare-and-set, ``UPDATE … WHERE id AND status AND attempt``, and its event in the same transaction.
No row updated means that somebody else owns the job now: LeaseLost. No function here commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from ingestion.errors import Crashed, IngestionError, LeaseLost
from ingestion.models import IS_UNFINISHED, Job, JobEvent
from ingestion.status import RUNNING, TRANSITIONS, UNFINISHED, JobStatus, Priority, Refresh

# Into the table, and out of it ----------------------------------------------------------------------------------------


def create(
    session: Session, *, source_url: str, canonical_url: str, priority: Priority, refresh: Refresh
) -> tuple[Job, bool]:
    """A new job for the URL, or the unfinished one that is already there; True when it is new."""
    values = {"source_url": source_url, "canonical_url": canonical_url, "priority": priority, "refresh": refresh}
    statement = (
        upsert(Job)
        .values(**values)
        .on_conflict_do_nothing(index_elements=[Job.canonical_url], index_where=IS_UNFINISHED)
        .returning(Job)
    )
    existing = select(Job).where(Job.canonical_url == canonical_url, Job.status.in_(UNFINISHED))
    while True:
        if job := session.scalars(statement).one_or_none():
            _record(session, job.id, attempt=0, status=JobStatus.QUEUED, message="created")
            return job, True
        # The other job may finish between the two statements; then the next round inserts.
        if job := session.scalars(existing).one_or_none():
            return job, False


def get(session: Session, job_id: int) -> Job | None:
    """The job, or None."""
    return session.get(Job, job_id)


def page(session: Session, *, status: JobStatus | None, before: int | None, limit: int) -> Sequence[Job]:
    """At most `limit` jobs, newest first, from below id `before` (keyset pagination)."""
    query = select(Job).order_by(Job.id.desc()).limit(limit)
    if status is not None:
        query = query.where(Job.status == status)
    if before is not None:
        query = query.where(Job.id < before)
    return session.scalars(query).all()


def events(session: Session, job_id: int) -> Sequence[JobEvent]:
    """The job's timeline, oldest first."""
    return session.scalars(select(JobEvent).where(JobEvent.job_id == job_id).order_by(JobEvent.id)).all()


# An attempt's life ----------------------------------------------------------------------------------------------------


def claim(session: Session, job_id: int, *, worker: str, lease_seconds: float) -> Job | None:
    """Take a QUEUED job: a new attempt, and a lease. None when another worker was first or its time has not come."""
    due = or_(Job.not_before.is_(None), Job.not_before <= func.now())
    claimed = {"attempt": Job.attempt + 1, "worker": worker, "lease_expires_at": _lease_end(lease_seconds)}
    statement = (
        update(Job)
        .where(Job.id == job_id, Job.status == JobStatus.QUEUED, due)
        .values(status=JobStatus.CRAWLING, not_before=None, updated_at=func.now(), **claimed)
        .returning(Job)
    )
    job = session.scalars(statement, execution_options={"populate_existing": True}).one_or_none()
    if job is not None:
        message = f"attempt {job.attempt} claimed by {worker}"
        _record(session, job_id, attempt=job.attempt, status=JobStatus.CRAWLING, message=message)
    return job


def advance(session: Session, job_id: int, attempt: int, *, to: JobStatus, lease_seconds: float, message: str) -> None:
    """Move an attempt on to its next stage with a fresh lease. Raises LeaseLost."""
    source = {JobStatus.PARSING: JobStatus.CRAWLING, JobStatus.SAVING: JobStatus.PARSING}[to]
    _move(session, job_id, attempt, {source}, to, message, {"lease_expires_at": _lease_end(lease_seconds)})


def renew(session: Session, job_id: int, attempt: int, *, lease_seconds: float, **progress: int | str | None) -> None:
    """Keep the lease and note the progress (`pages_done`, `pages_total`, `site`). Raises LeaseLost."""
    statement = (
        update(Job)
        .where(Job.id == job_id, Job.attempt == attempt, Job.status.in_(RUNNING))
        .values(lease_expires_at=_lease_end(lease_seconds), updated_at=func.now(), **progress)
    )
    if not _updated(session, statement):
        raise LeaseLost(f"job {job_id}: attempt {attempt} no longer owns it")


def lock(session: Session, job_id: int, attempt: int) -> None:
    """Lock the job's row for the saving transaction, so that no other attempt writes beside this one. Raises LeaseLost."""
    owned = select(Job.id).where(Job.id == job_id, Job.attempt == attempt, Job.status == JobStatus.SAVING)
    if session.scalar(owned.with_for_update()) is None:
        raise LeaseLost(f"job {job_id}: attempt {attempt} no longer owns it")


def finish(session: Session, job_id: int, attempt: int, *, novel_id: int, saved: int, missing: int) -> None:
    """SAVING to DONE. Raises LeaseLost."""
    message = f"done: {saved} chapters saved, {missing} missing at the site"
    values = {"novel_id": novel_id, "chapters_saved": saved, "chapters_missing": missing, "lease_expires_at": None}
    _move(session, job_id, attempt, {JobStatus.SAVING}, JobStatus.DONE, message, values)


def fail(
    session: Session,
    job_id: int,
    attempt: int,
    error: IngestionError,
    *,
    trace: str | None = None,
    **library: int | None,
) -> None:
    """End an attempt in ERROR with the error's kind and sentence; the traceback goes to the event. Raises LeaseLost."""
    values = {"error_kind": error.kind, "error_message": str(error), "lease_expires_at": None, **library}
    detail = {"kind": error.kind} | ({"traceback": trace} if trace else {})
    _move(session, job_id, attempt, RUNNING, JobStatus.ERROR, str(error), values, detail)


def release(session: Session, job_id: int, attempt: int, *, reason: str) -> None:
    """Put a running job back to QUEUED: its worker was asked to stop. Raises LeaseLost.

    A fencing token never goes down, so the attempt stays as it is and is counted among those that were not spent.
    """
    unclaimed = {"released": Job.released + 1, "lease_expires_at": None, "worker": None}
    _move(session, job_id, attempt, RUNNING, JobStatus.QUEUED, reason, unclaimed)


# The stranded ---------------------------------------------------------------------------------------------------------


def queued(session: Session) -> Sequence[Job]:
    """The QUEUED jobs whose time has come, oldest first."""
    due = or_(Job.not_before.is_(None), Job.not_before <= func.now())
    return session.scalars(select(Job).where(Job.status == JobStatus.QUEUED, due).order_by(Job.id)).all()


def expire(session: Session, *, max_attempts: int, dead: tuple[int, str] | None = None) -> Sequence[Job]:
    """Take every running job whose lease has run out from its attempt: back to QUEUED, or to ERROR when attempts are spent.

    With `dead`, a job's id and the name of the worker on it that is known to have died, that job alone, whatever its lease.
    """
    over = Job.lease_expires_at < func.now() if dead is None else tuple_(Job.id, Job.worker) == dead
    expired = select(Job).where(Job.status.in_(RUNNING), over).with_for_update(skip_locked=True)
    jobs = session.scalars(expired).all()
    for job in jobs:
        lost = f"attempt {job.attempt} on {job.worker} stopped without a word while {job.status}"
        if job.attempt - job.released >= max_attempts:
            fail(
                session,
                job.id,
                job.attempt,
                Crashed(f"{lost}, as {max_attempts} attempts in all did; see the worker's log"),
            )
        else:
            back = {"lease_expires_at": None, "worker": None}
            _move(session, job.id, job.attempt, RUNNING, JobStatus.QUEUED, lost, back)
    return jobs


# One statement each ---------------------------------------------------------------------------------------------------


def _move(
    session: Session,
    job_id: int,
    attempt: int,
    sources: set[JobStatus] | frozenset[JobStatus],
    to: JobStatus,
    message: str,
    values: dict[str, Any],
    detail: dict[str, Any] | None = None,
) -> None:
    legal = [source for source in sources if to in TRANSITIONS[source]]
    statement = (
        update(Job)
        .where(Job.id == job_id, Job.attempt == attempt, Job.status.in_(legal))
        .values(status=to, updated_at=func.now(), **values)
    )
    if not _updated(session, statement):
        raise LeaseLost(f"job {job_id}: attempt {attempt} no longer owns it")
    _record(session, job_id, attempt=attempt, status=to, message=message, detail=detail)


def _updated(session: Session, statement: Any) -> bool:
    return (
        session.execute(statement.returning(Job.id), execution_options={"synchronize_session": False}).first()
        is not None
    )


def _record(
    session: Session,
    job_id: int,
    *,
    attempt: int,
    status: JobStatus,
    message: str,
    detail: dict[str, Any] | None = None,
) -> None:
    values = {"job_id": job_id, "attempt": attempt, "status": status, "message": message, "detail": detail}
    session.execute(insert(JobEvent).values(**values))


def _lease_end(seconds: float) -> Any:
    return func.now() + timedelta(seconds=seconds)
