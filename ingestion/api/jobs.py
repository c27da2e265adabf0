"""POST /ingest and the jobs that it makes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response

from ingestion import db, intake, jobs, urls
from ingestion.api.schemas import Accepted, Cursor, EventOut, Id, Ingest, JobOut, JobPage, Limit
from ingestion.errors import ForbiddenAddress
from ingestion.models import Job
from ingestion.status import JobStatus

router = APIRouter(tags=["jobs"])


@router.post("/ingest", status_code=202, responses={200: {"model": Accepted, "description": intake.EXISTING}})
def ingest(wish: Ingest, response: Response) -> Accepted:
    """Create a job for the novel at `url` and queue it, or return the unfinished one that is already there."""
    try:
        taken = intake.submit(wish.url, priority=wish.priority, refresh=wish.refresh)
    except (urls.UnusableURL, ForbiddenAddress) as reason:
        raise HTTPException(422, f"url: {reason}") from reason
    response.headers["Location"] = f"/jobs/{taken.job.id}"
    response.status_code = 202 if taken.created else 200
    return Accepted(job_id=taken.job.id, status=taken.job.status, message=taken.message)


@router.get("/jobs")
def list_jobs(status: Annotated[JobStatus | None, Query()] = None, limit: Limit = 50, cursor: Cursor = None) -> JobPage:
    """Jobs, newest first."""
    with db.transaction() as session:
        found = jobs.page(session, status=status, before=int(cursor) if cursor else None, limit=limit)
    return JobPage(jobs=[JobOut.model_validate(job) for job in found], next_cursor=next_id(found, limit))


@router.get("/jobs/{job_id}")
def get_job(job_id: Id) -> JobOut:
    """One job, and how far it has come."""
    return JobOut.model_validate(_job(job_id))


@router.get("/jobs/{job_id}/events")
def get_events(job_id: Id) -> list[EventOut]:
    """The job's timeline, oldest first."""
    _job(job_id)
    with db.transaction() as session:
        return [EventOut.model_validate(event) for event in jobs.events(session, job_id)]


def next_id(rows: object, limit: int) -> str | None:
    """The cursor behind the last of `rows`; None when there can be no more."""
    found = list(rows)  # type: ignore[call-overload]
    return str(found[-1].id) if len(found) == limit else None


def _job(job_id: int) -> Job:
    with db.transaction() as session:
        job = jobs.get(session, job_id)
    if job is None:
        raise HTTPException(404, f"no job {job_id}")
    return job
