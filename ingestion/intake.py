"""Takes in the wish to have a novel: the row and its event first, committed; then the bell in Redis."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from redis import RedisError

from ingestion import db, guard, jobs, queue, urls
from ingestion.models import Job
from ingestion.status import Priority, Refresh

log = structlog.get_logger(__name__)

QUEUED = "Ingestion job created and queued"
WAITING = "Ingestion job created; the queue is away, and the job starts when Redis is back"
EXISTING = "This novel has an unfinished job already"


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """The job, whether it is new, and a sentence that says how things stand."""

    job: Job
    created: bool
    message: str


def submit(url: str, *, priority: Priority = Priority.DEFAULT, refresh: Refresh = Refresh.NEW) -> Taken:
    """Create and queue a job for the novel at `url`, or find the unfinished one that is already there.

    Raises UnusableURL and ForbiddenAddress. Redis being away is no error: the row waits, and recovery queues it.
    """
    canonical = urls.canonical(url)
    guard.check_url(canonical)
    with db.transaction() as session:
        job, created = jobs.create(
            session, source_url=url.strip(), canonical_url=canonical, priority=priority, refresh=refresh
        )
    return Taken(job=job, created=created, message=_push(job) if created else EXISTING)


def _push(job: Job) -> str:
    try:
        queue.enqueue(job.id, job.priority)
    except RedisError as error:
        log.warning("Redis is away; the job waits for recovery", job=job.id, error=str(error))
        return WAITING
    return QUEUED
