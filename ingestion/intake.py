"""Takes in a person's wish, for a novel, for another try at one or for its place in line: the row and its event first, committed; then the bell in Redis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from psycopg2.errors import DeadlockDetected
from redis import RedisError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from ingestion import db, joblist, jobs, lines, queue, turns, wishes
from ingestion.crashpoints import Point, reach
from ingestion.models import Job
from ingestion.status import UNFINISHED, Priority
from ingestion.wishes import Wish

log = structlog.get_logger(__name__)

QUEUED = "Ingestion job created and queued"
WAITING = "Ingestion job created; the queue is away, and the job starts when Redis is back"
IN_LINE = "Ingestion job created; it waits for its turn: other jobs of its host go first, or its host is paused"
EXISTING = "This novel has an unfinished job already"
NARROWER = f"{EXISTING}, which asks for fewer chapters than you do: post again when it has ended"
ADOPTED = "This novel's update job was waiting, and does what you ask for now"


class NotPossible(Exception):
    """The job is not in a state that allows it, or there is no such job; the message says which, and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """The job, whether it is new, and a sentence that says how things stand."""

    job: Job
    created: bool
    message: str


def submit(url: str, **wish: Any) -> Taken:
    """Create and queue a job for the novel at `url`, or find the unfinished one that is already there; `wish` is as `wishes.of` takes it.

    Raises UnusableURL, ForbiddenAddress and RuleError. Redis being away is no error: the row waits, and recovery queues it.
    """
    (taken,) = submit_all([wishes.of(url, **wish)])
    return tell(taken)


def submit_all(wished: Sequence[Wish]) -> list[Taken]:
    """The same for many at once, in as many statements as for one: what became of each, in their order, for `tell` to tell."""
    first: dict[str, Wish] = {}
    for wish in wished:
        if not wish.dry_run:
            first.setdefault(wish.canonical_url, wish)
    try:
        new, there = _created(first)
    except OperationalError as error:
        if not isinstance(error.orig, DeadlockDetected):
            raise
        new, there = _created(first)  # the others of a batch with the same novels in another order are there by now
    said = _begun(list(new.values()))
    return [_taken(wish, new if first.get(wish.canonical_url) is wish else {}, there, said) for wish in wished]


def _created(first: Mapping[str, Wish]) -> tuple[dict[str, Job], dict[str, Job]]:
    """The jobs that are new, and all that are there, by their URLs."""
    with db.transaction() as session:
        new = jobs.create_all(session, [wish.row() for wish in first.values()])
        return new, new | joblist.unfinished(session, first.keys() - new.keys())


def _taken(wish: Wish, new: Mapping[str, Job], there: Mapping[str, Job], said: Mapping[int, str]) -> Taken:
    if (job := new.get(wish.canonical_url)) is not None:
        return Taken(job=job, created=True, message=said[job.id])
    job = there.get(wish.canonical_url)
    if job is not None and job.refresh.covers(wish.refresh) and not wish.dry_run:
        return Taken(job=job, created=False, message=EXISTING)
    return _alone(wish)


def _alone(wish: Wish) -> Taken:
    """A dry run, or what asks for more than an unfinished job of the novel does."""
    with db.transaction() as session:
        waiting = None if wish.dry_run else _adopted(session, wish)
        job, created = (waiting, False) if waiting else jobs.create(session, **wish.row())
    if created:
        return Taken(job=job, created=True, message=_begun([job])[job.id])
    reach(Point.JOB_CREATED)
    if waiting is not None:
        push(job)
        return Taken(job=job, created=False, message=ADOPTED)
    return Taken(job=job, created=False, message=EXISTING if job.refresh.covers(wish.refresh) else NARROWER)


def _adopted(session: Session, wish: Wish) -> Job | None:
    return jobs.adopt(session, wish.canonical_url, priority=wish.priority, refresh=wish.refresh)


def _begun(new: Sequence[Job]) -> dict[int, str]:
    for _ in new:
        reach(Point.JOB_CREATED)
    return push_all(new)


def tell(taken: Taken) -> Taken:
    """Tell the log of it, with what is known of whoever asked."""
    log.info("a novel was asked for", job=taken.job.id, novel=taken.job.canonical_url, new=taken.created)
    return taken


def retry(job_id: int, *, accept_shrink: bool = False) -> Job:
    """Put a job in ERROR back into the queue, all of its attempts before it. Raises NotPossible.

    With `accept_shrink` the library may follow an index that has lost many of its chapters.
    """
    try:
        with db.transaction() as session:
            job = jobs.retry(session, job_id, accept_shrink=accept_shrink)
            if job is None:
                raise NotPossible(_standing(session, job_id, "only a job in ERROR can be put back"))
    except IntegrityError:
        raise NotPossible(f"job {job_id}: another unfinished job is at the same novel; follow that one") from None
    reach(Point.RETRY_COMMITTED)
    push(job)
    return job


def move(job_id: int, *, priority: Priority) -> Job:
    """Let an unfinished job wait in the queue of this priority; one at work does so from its next attempt on. Raises NotPossible."""
    with db.transaction() as session:
        moved = lines.move(session, job_id, priority)
        job = moved or joblist.get(session, job_id)
        if job is None or job.status not in UNFINISHED:
            raise NotPossible(_standing(session, job_id, "only an unfinished job can be moved to another queue"))
    reach(Point.PRIORITY_COMMITTED)
    try:
        queue.withdraw(job_id, but=priority)
    except RedisError as error:
        log.warning("Redis is away; the job keeps its place there", job=job_id, error=str(error).splitlines()[0])
    else:
        turns.ring_next(job_id)
    return job


def cancel(job_id: int) -> Job:
    """End an unfinished job in ERROR `cancelled`; its worker notices within seconds. Raises NotPossible."""
    with db.transaction() as session:
        job = jobs.cancel(session, job_id)
        if job is None:
            raise NotPossible(_standing(session, job_id, "only an unfinished job can be cancelled"))
    return job


def _standing(session: Session, job_id: int, rule: str) -> str:
    job = joblist.get(session, job_id)
    return f"no job {job_id}" if job is None else f"job {job_id} is {job.status.value.upper()}; {rule}"


def push(job: Job) -> str:
    """Ring the bell for a new job if it is its turn; a sentence that says how it stands. Redis being away is no error."""
    return push_all([job])[job.id]


def push_all(new: Sequence[Job]) -> dict[int, str]:
    """The same for many, by their ids."""
    due = {job.id: job.priority for job in turns.next_of(new)}
    said = dict.fromkeys((job.id for job in new), IN_LINE)
    try:
        queue.enqueue_all(due)
    except RedisError as error:
        log.warning("Redis is away; what was asked for waits for recovery", jobs=[*due], error=str(error))
        return said | dict.fromkeys(due, WAITING)
    for _ in due:
        reach(Point.JOB_PUSHED)
    return said | dict.fromkeys(due, QUEUED)
