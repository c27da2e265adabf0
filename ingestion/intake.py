"""Takes in a person's wish, for a novel, for another try at one or for its place in line: the row and its event first, committed; then the bell in Redis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from redis import RedisError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ingestion import db, guard, joblist, jobs, lines, queue, turns, urls
from ingestion.crashpoints import Point, reach
from ingestion.models import Job
from ingestion.rules import RuleError
from ingestion.rules import of as rules_of
from ingestion.status import UNFINISHED, Priority, Refresh

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


def submit(
    url: str,
    *,
    priority: Priority = Priority.DEFAULT,
    refresh: Refresh = Refresh.NEW,
    moves_id: int | None = None,
    dry_run: bool = False,
    rules: str | None = None,
) -> Taken:
    """Create and queue a job for the novel at `url`, or find the unfinished one that is already there.

    `moves_id` is the novel of the library that is to be read from there henceforth. A `dry_run` only looks, by `rules` (TOML) where there
    are some, and is a job of its own each time.

    Raises UnusableURL, ForbiddenAddress and RuleError. Redis being away is no error: the row waits, and recovery queues it.
    """
    guard.check_url(canonical := urls.canonical(url))
    _check_rules(rules, dry_run=dry_run)
    wish: dict[str, Any] = {"priority": priority, "refresh": refresh, "moves_id": moves_id}
    wish |= {"dry_run": dry_run, "rules": rules, "source_url": urls.web(url) or canonical}
    with db.transaction() as session:
        waiting = None if dry_run else jobs.adopt(session, canonical, priority=priority, refresh=refresh)
        job, created = (waiting, False) if waiting else jobs.create(session, canonical_url=canonical, **wish)
    log.info("a novel was asked for", job=job.id, novel=canonical, new=created)
    reach(Point.JOB_CREATED)
    if waiting is not None:
        push(job)
        return Taken(job=job, created=False, message=ADOPTED)
    if created:
        return Taken(job=job, created=True, message=push(job))
    return Taken(job=job, created=False, message=EXISTING if job.refresh.covers(refresh) else NARROWER)


def _check_rules(rules: str | None, *, dry_run: bool) -> None:
    if rules is not None and not dry_run:
        raise RuleError("rules: only a dry run goes by a text; a real job goes by the files in SPIDERS_DIR")
    if rules is not None:
        rules_of(rules, source="rules")


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
    if not turns.is_next(job):
        return IN_LINE
    try:
        queue.enqueue(job.id, job.priority)
    except RedisError as error:
        log.warning("Redis is away; the job waits for recovery", job=job.id, error=str(error))
        return WAITING
    reach(Point.JOB_PUSHED)
    return QUEUED
