"""SQL that changes jobs, and the only module that changes a job's status.

Every change is one compare-and-set and its event in the same transaction (`ingestion.transition`). No row updated means that
somebody else owns the job now: LeaseLost. No function here commits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from ingestion import events, joblist, lines, redaction, transition
from ingestion.errors import Cancelled, Crashed, IngestionError, LeaseLost
from ingestion.models import IS_ONLY_ONE, Job
from ingestion.novels import Saved
from ingestion.retry import Backoff
from ingestion.status import RUNNING, UNFINISHED, JobStatus, Priority, Refresh

#: Tells the advisory locks of hosts from others.
HOST_LOCK = 4_200_003
UNCLAIMED: dict[str, Any] = {"lease_expires_at": None, "worker": None}
CLEAN = {"error_kind": None, "error_message": None, "lease_expires_at": None}

# By hand --------------------------------------------------------------------------------------------------------------


def create(
    session: Session,
    *,
    source_url: str,
    canonical_url: str,
    priority: Priority,
    refresh: Refresh,
    moves_id: int | None = None,
    dry_run: bool = False,
    rules: str | None = None,
) -> tuple[Job, bool]:
    """A new job for the URL, or the unfinished one that is already there; True when it is new, as a dry run always is."""
    values = {"source_url": source_url, "canonical_url": canonical_url, "moves_id": moves_id}
    values |= {"priority": priority, "refresh": refresh, "dry_run": dry_run, "rules": rules}
    statement = _unless_there().values(**values).returning(Job)
    while True:
        if job := session.scalars(statement).one_or_none():
            _record_new(session, [job])
            return job, True
        # The other job may finish between the two statements; then the next round inserts.
        if job := joblist.unfinished(session, [canonical_url]).get(canonical_url):
            return _widened(session, job, refresh), False


def create_all(session: Session, wishes: Sequence[Mapping[str, Any]]) -> dict[str, Job]:
    """New jobs, each as `create` takes it, no dry run and no two for one URL: by URL, where there is no unfinished one yet."""
    if not wishes:
        return {}
    made = session.scalars(_unless_there().returning(Job), wishes).all()
    _record_new(session, made)
    return {job.canonical_url: job for job in made}


def _unless_there() -> Any:
    return upsert(Job).on_conflict_do_nothing(index_elements=[Job.canonical_url], index_where=IS_ONLY_ONE)


def _record_new(session: Session, jobs: Sequence[Job]) -> None:
    steps = [transition.Step(job_id=job.id, attempt=0, message="created") for job in jobs]
    transition.record_all(session, steps, JobStatus.QUEUED)


def adopt(session: Session, canonical_url: str, *, priority: Priority, refresh: Refresh) -> Job | None:
    """The update job that waits at this URL, made to do what a person asks for; None when there is none, or it would be the same."""
    if refresh is Refresh.CHANGED:
        return None
    there = Job.canonical_url == canonical_url, Job.status == JobStatus.QUEUED, Job.refresh == Refresh.CHANGED
    wish = update(Job).where(*there, ~Job.dry_run).values(refresh=refresh, priority=priority, fresh_since=func.now())
    return session.scalars(wish.returning(Job), execution_options=transition.FRESH).one_or_none()


def _widened(session: Session, job: Job, refresh: Refresh) -> Job:
    """The job, if it still waits with the wish for everything added to it."""
    if refresh is Refresh.ALL and job.refresh is not Refresh.ALL:
        anew = update(Job).where(Job.id == job.id, Job.status == JobStatus.QUEUED)
        wish = anew.values(refresh=Refresh.ALL, fresh_since=func.now()).returning(Job)
        return session.scalars(wish, execution_options=transition.FRESH).one_or_none() or job
    return job


def cancel(session: Session, job_id: int) -> Job | None:
    """End an unfinished job in ERROR `cancelled`, whoever works on it; None when there is no such job, or it has ended."""
    told = Cancelled("cancelled by hand; its pages are kept, and a retry goes on from them")
    values = {"error_kind": told.kind, "error_message": str(told), "not_before": None, **UNCLAIMED}
    return transition.change(session, job_id, UNFINISHED, JobStatus.ERROR, str(told), values)


def retry(session: Session, job_id: int, *, accept_shrink: bool = False) -> Job | None:
    """Put a job in ERROR back to QUEUED with all of its attempts before it; None when there is no such job in ERROR.

    With `accept_shrink` its index may have lost many chapters. Raises IntegrityError when another unfinished job is at its URL.
    """
    anew: dict[str, Any] = {"released": Job.attempt, "error_kind": None, "error_message": None, "not_before": None}
    anew |= {"accept_shrink": True} if accept_shrink else {}
    return transition.change(session, job_id, {JobStatus.ERROR}, JobStatus.QUEUED, "put back by hand", anew)


# An attempt's life ----------------------------------------------------------------------------------------------------


def claim(
    session: Session, job_id: int, *, worker: str, lease_seconds: float, per_host: int | None = None
) -> Job | None:
    """Take a QUEUED job: a new attempt, and a lease. None when it is not to be had: claimed before, not due, paused.

    Nor is it when `per_host` jobs of its host are running. Whom it has overtaken moves up (`ingestion.lines`).
    """
    claimed = {
        "attempt": Job.attempt + 1,
        "worker": worker,
        "lease_expires_at": _from_now(lease_seconds),
        "not_before": None,
    }
    free = joblist.is_due() & ~joblist.is_paused()
    if per_host is not None:
        _one_at_a_time(session, job_id)
        free &= joblist.has_room(per_host)
    statement = transition.statement([job_id], {JobStatus.QUEUED}, JobStatus.CRAWLING, claimed).where(free)
    job = session.scalars(statement.returning(Job), execution_options=transition.FRESH).one_or_none()
    if job is not None:
        message = f"attempt {job.attempt} claimed by {worker}"
        transition.record(session, job_id, attempt=job.attempt, status=JobStatus.CRAWLING, message=message)
        lines.move_up_overtaken(session, job)
    return job


def _one_at_a_time(session: Session, job_id: int) -> None:
    """Let nobody else claim a job of the same host until this transaction ends, so that its running ones can be counted."""
    host = func.hashtextextended(Job.host, HOST_LOCK)
    session.execute(select(func.pg_advisory_xact_lock(host)).where(Job.id == job_id))


def advance(session: Session, job_id: int, attempt: int, *, to: JobStatus, lease_seconds: float, message: str) -> None:
    """Move an attempt on to its next stage with a fresh lease; twice is once. Raises LeaseLost."""
    if joblist.is_at(session, job_id, attempt, to):
        return  # the answer to a commit was lost, the commit was not
    source = {JobStatus.PARSING: JobStatus.CRAWLING, JobStatus.SAVING: JobStatus.PARSING}[to]
    transition.move(session, job_id, attempt, {source}, to, message, {"lease_expires_at": _from_now(lease_seconds)})


def renew(
    session: Session, job_id: int, attempt: int, /, *, lease_seconds: float, **progress: int | str | None
) -> None:
    """Keep the lease and note the progress (`pages_done`, `pages_total`, `site`). Raises LeaseLost."""
    statement = (
        update(Job)
        .where(Job.id == job_id, Job.attempt == attempt, Job.status.in_(RUNNING))
        .values(lease_expires_at=_from_now(lease_seconds), updated_at=func.now(), **progress)
    )
    if session.scalar(statement.returning(Job.id), execution_options=transition.UNSYNCHRONISED) is None:
        raise LeaseLost(f"job {job_id}: attempt {attempt} no longer owns it")
    # A lease is renewed about once a second, and so it is told.
    events.note(session, job_id, events.PROGRESS, **progress)


def hold(session: Session, job_id: int, attempt: int) -> None:
    """Keep the job with this attempt until the transaction ends: what it writes is written by the owner. Raises LeaseLost."""
    owned = select(Job.id).where(Job.id == job_id, Job.attempt == attempt, Job.status.in_(RUNNING))
    if session.scalar(owned.with_for_update(read=True)) is None:
        raise LeaseLost(f"job {job_id}: attempt {attempt} no longer owns it")


def lock(session: Session, job_id: int, attempt: int) -> None:
    """Lock the job's row for the saving transaction, so that no other attempt writes beside this one. Raises LeaseLost."""
    owned = select(Job.id).where(Job.id == job_id, Job.attempt == attempt, Job.status == JobStatus.SAVING)
    if session.scalar(owned.with_for_update()) is None:
        raise LeaseLost(f"job {job_id}: attempt {attempt} no longer owns it")


def finish(
    session: Session,
    job_id: int,
    attempt: int,
    saved: Saved,
    *,
    detail: dict[str, Any] | None = None,
    message: str = "",
) -> None:
    """SAVING to DONE; `detail` (the new chapters) goes to the event. Raises LeaseLost."""
    message = message or f"done: {saved.saved} chapters saved, {saved.missing} missing at the site"
    values = _library(saved) | CLEAN
    transition.move(session, job_id, attempt, {JobStatus.SAVING}, JobStatus.DONE, message, values, detail)


def _library(saved: Saved) -> dict[str, Any]:
    """What the job's row says of the novel."""
    counts = {"novel_id": saved.novel_id, "chapters_saved": saved.saved, "chapters_missing": saved.missing}
    return counts | {"chapters_new": Job.chapters_new + len(saved.fresh)}


def finish_dry(session: Session, *, job_id: int, attempt: int, found: dict[str, Any], message: str) -> None:
    """SAVING to DONE, of a job that saves nothing but what it found. Raises LeaseLost."""
    values = {"found": redaction.tellable_in(found)}
    transition.move(session, job_id, attempt, {JobStatus.SAVING}, JobStatus.DONE, message, values | CLEAN)


def end(
    session: Session,
    job_id: int,
    attempt: int,
    error: IngestionError,
    backoff: Backoff,
    *,
    spent: bool = True,
    detail: dict[str, Any] | None = None,
    saved: Saved | None = None,
) -> JobStatus:
    """End an attempt that `error` stopped: back to QUEUED after a rest, or to ERROR when that makes no sense. Raises LeaseLost.

    An attempt that is not `spent` does not count. `detail` (a traceback, the missing chapters) goes to the event. The status of the job now.
    """
    rest = backoff.rest(error, attempt - _released(session, job_id) - (not spent))
    values: dict[str, Any] = {
        "error_kind": error.kind,
        "error_message": redaction.tellable(str(error)),
        **UNCLAIMED,
        **(_library(saved) if saved else {}),
    }
    told = {"kind": error.kind} | (detail or {})
    if rest is None:
        transition.move(session, job_id, attempt, RUNNING, JobStatus.ERROR, str(error), values, told)
        return JobStatus.ERROR
    values |= {"not_before": _from_now(rest), "released": Job.released + int(not spent)}
    message = f"attempt {attempt} failed ({error.kind}), the next begins in {rest:.0f} s: {error}"
    transition.move(session, job_id, attempt, RUNNING, JobStatus.QUEUED, message, values, told | {"rest_seconds": rest})
    return JobStatus.QUEUED


def release(session: Session, job_id: int, attempt: int, *, reason: str, afresh: bool = False) -> None:
    """Put a running job back to QUEUED through no fault of its own; `afresh`, to ask the site anew. Raises LeaseLost.

    A fencing token never goes down, so the attempt stays as it is and is counted among those that were not spent.
    """
    values = {"released": Job.released + 1, **UNCLAIMED} | ({"fresh_since": func.now()} if afresh else {})
    transition.move(session, job_id, attempt, RUNNING, JobStatus.QUEUED, reason, values)


def expire(
    session: Session, backoff: Backoff, *, dead: tuple[int, str] | None = None, limit: int | None = None
) -> dict[int, JobStatus]:
    """Take running jobs whose lease has run out from their attempts; each one's status now: QUEUED, or ERROR when attempts are spent.

    At most `limit` of them. With `dead`, a job's id and the name of the worker on it that is known to have died, that job alone,
    whatever its lease.
    """
    over = joblist.is_expired() if dead is None else tuple_(Job.id, Job.worker) == dead
    stopped = select(Job).where(Job.status.in_(RUNNING), over).limit(limit).with_for_update(skip_locked=True)
    jobs = session.scalars(stopped, execution_options=transition.FRESH).all()
    # A first stop is most likely its machine's or its worker's end: the job goes on at once. After that, it is perhaps the job's own doing.
    first = {job.id: job for job in jobs if job.attempt - job.released == 1 < backoff.max_attempts}
    _put_back(session, first)
    ends = {job.id: _crashed(session, job, backoff) for job in jobs if job.id not in first}
    return ends | dict.fromkeys(first, JobStatus.QUEUED)


def _put_back(session: Session, locked: Mapping[int, Job]) -> None:
    """Let jobs that this transaction has locked wait again."""
    if not locked:
        return
    steps = [transition.Step(job_id=job.id, attempt=job.attempt, message=_lost(job)) for job in locked.values()]
    back = transition.statement(locked.keys(), RUNNING, JobStatus.QUEUED, UNCLAIMED)
    session.execute(back, execution_options=transition.UNSYNCHRONISED)
    transition.record_all(session, steps, JobStatus.QUEUED)


def _crashed(session: Session, job: Job, backoff: Backoff) -> JobStatus:
    spent = job.attempt - job.released
    told = f"{_lost(job)}, and is number {spent} of {backoff.max_attempts} that failed; see the worker's log"
    return end(session, job.id, job.attempt, Crashed(told), backoff)


def _lost(job: Job) -> str:
    return f"attempt {job.attempt} on {job.worker} stopped without a word while {job.status}"


def _released(session: Session, job_id: int) -> int:
    return session.scalar(select(Job.released).where(Job.id == job_id)) or 0


def _from_now(seconds: float) -> ColumnElement[Any]:
    return func.now() + timedelta(seconds=seconds)
