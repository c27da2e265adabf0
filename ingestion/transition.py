"""One step of a job: a compare-and-set on its row, ``UPDATE … WHERE id AND status AND attempt``, and its event beside it.

Used by `ingestion.jobs`, which says what each step is for; `ingestion.lines` writes events beside it. No function here commits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, update
from sqlalchemy.orm import Session

from ingestion import events
from ingestion.background import outbox
from ingestion.errors import LeaseLost
from ingestion.models import Job, JobEvent
from ingestion.redaction import tellable, tellable_in
from ingestion.status import TRANSITIONS, Happening, JobStatus

#: The statement's own row, and not what the session remembers of it.
FRESH = {"populate_existing": True}
UNSYNCHRONISED = {"synchronize_session": False}
TOLD = {JobStatus.DONE: Happening.JOB_DONE, JobStatus.ERROR: Happening.JOB_ERROR}


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What the event of a job's step says."""

    job_id: int
    attempt: int
    message: str
    detail: dict[str, Any] | None = None


def statement(job_ids: Collection[int], sources: Collection[JobStatus], to: JobStatus, values: dict[str, Any]) -> Any:
    """The UPDATE of jobs in one of `sources` to `to`, as far as that is legal."""
    legal = [source for source in sources if to in TRANSITIONS[source]]
    return (
        update(Job).where(Job.id.in_(job_ids), Job.status.in_(legal)).values(status=to, updated_at=func.now(), **values)
    )


def move(
    session: Session,
    job_id: int,
    attempt: int,
    sources: Collection[JobStatus],
    to: JobStatus,
    message: str,
    values: dict[str, Any],
    detail: dict[str, Any] | None = None,
) -> None:
    """A step by the attempt that owns the job. Raises LeaseLost."""
    owned = statement([job_id], sources, to, values).where(Job.attempt == attempt)
    if session.scalar(owned.returning(Job.id), execution_options=UNSYNCHRONISED) is None:
        raise LeaseLost(f"job {job_id}: attempt {attempt} no longer owns it")
    record(session, job_id, attempt=attempt, status=to, message=message, detail=detail)


def change(
    session: Session,
    job_id: int,
    sources: Collection[JobStatus],
    to: JobStatus,
    message: str,
    values: dict[str, Any],
) -> Job | None:
    """A step by a person, whichever attempt there is; None when the job is in none of `sources`."""
    found = statement([job_id], sources, to, values).returning(Job)
    job: Job | None = session.scalars(found, execution_options=FRESH).one_or_none()
    if job is not None:
        record(session, job_id, attempt=job.attempt, status=to, message=message)
    return job


def record(
    session: Session,
    job_id: int,
    *,
    attempt: int,
    status: JobStatus,
    message: str,
    detail: dict[str, Any] | None = None,
) -> None:
    """The event of a step, in the transaction that makes it, and what is to be told of it; who listens hears of it after the commit."""
    record_all(session, [Step(job_id=job_id, attempt=attempt, message=message, detail=detail)], status)


def record_all(session: Session, steps: Sequence[Step], status: JobStatus) -> None:
    """The same of many jobs at once."""
    rows = {step.job_id: _row(step, status) for step in steps}
    if not rows:
        return
    written = insert(JobEvent).returning(JobEvent.job_id, JobEvent.id)
    for job_id, event_id in session.execute(written, [*rows.values()]):
        told = {name: rows[job_id][name] for name in ("attempt", "status", "message")}
        events.note(session, job_id, "event", id=event_id, **told)
        if (happening := TOLD.get(status)) is not None:
            outbox.tell(session, happening, job_id)


def _row(step: Step, status: JobStatus) -> dict[str, Any]:
    told = {"message": tellable(step.message), "detail": tellable_in(step.detail)}
    return {"job_id": step.job_id, "attempt": step.attempt, "status": status} | told
