"""Whose turn it is on a host: only so many of its jobs run at once (JOBS_PER_HOST), and the bell rings for those alone.

The others wait in the table, not in a worker, so that workers are free for jobs of other hosts. Whoever ends a job of the host rings
for the next one. A process that dies before it does is made good by recovery, which sees a job that could be claimed and that
no queue holds.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import structlog
from redis import RedisError
from sqlalchemy.exc import OperationalError

from ingestion import config, db, joblist, queue
from ingestion.models import Job

log = structlog.get_logger(__name__)


def is_next(job: Job) -> bool:
    """Whether the job could be claimed now."""
    return bool(next_of([job]))


def next_of(jobs: Collection[Job]) -> list[Job]:
    """Those of the jobs that could be claimed now."""
    if not jobs:
        return []
    with db.transaction() as session:
        hosts, per_host = {job.host for job in jobs}, config.settings().jobs_per_host
        due = set(joblist.next_in_line(session, per_host=per_host, hosts=hosts))
    return [job for job in jobs if job.id in due]


def ring_next(job_id: int) -> None:
    """Ring for the jobs of this job's host that could be claimed now and that no queue holds. In an outage, recovery does it."""
    try:
        with db.transaction() as session:
            job = joblist.get(session, job_id)
        rung = queue.waiting()
        due = _due(job.host) if job else ()
        queue.enqueue_all({other.id: other.priority for other in due if other.id not in rung})
    except (RedisError, OperationalError) as outage:
        log.warning("an outage; the host's next job waits for recovery", error=str(outage).splitlines()[0])


def _due(host: str) -> Sequence[Job]:
    with db.transaction() as session:
        return joblist.claimable(session, per_host=config.settings().jobs_per_host, hosts=[host])
