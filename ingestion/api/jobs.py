"""POST /ingest and the jobs that it makes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from ingestion import db, intake, joblist, urls, wishes
from ingestion.api import gathering
from ingestion.api.limits import within_rate
from ingestion.api.problems import CONFLICT, TOO_OFTEN
from ingestion.api.schemas import (
    BIGINT_MAX,
    Accepted,
    Cursor,
    EventOut,
    Id,
    Ingest,
    JobDetail,
    JobOut,
    JobPage,
    Kind,
    Limit,
    Move,
    Retry,
)
from ingestion.errors import ForbiddenAddress
from ingestion.models import Job
from ingestion.rules import RuleError
from ingestion.status import UNFINISHED, JobStatus

router = APIRouter(tags=["jobs"])

Wait = Annotated[int, Query(ge=0, le=60, description="Seconds to wait for something to happen.")]
Since = Annotated[
    int | None, Query(ge=0, le=BIGINT_MAX, description="`last_event_id` of what you know; unset: what there is now.")
]


@router.post(
    "/ingest",
    status_code=202,
    responses={200: {"model": Accepted, "description": intake.EXISTING}, **TOO_OFTEN},
    dependencies=[Depends(within_rate)],
)
async def ingest(wish: Ingest, response: Response) -> Accepted:
    """Create a job for the novel at `url` and queue it, or return the unfinished one that is already there.

    With `dry_run` it saves nothing, and `GET /jobs/{id}` says what it `found`; each post makes a job of its own then.
    """
    try:
        if wish.dry_run or wish.rules is not None:  # reading rules may take its time
            taken = await run_in_threadpool(intake.submit, **wish.model_dump())
        else:
            taken = await gathering.submit(wishes.of(wish.url, priority=wish.priority, refresh=wish.refresh))
    except RuleError as reason:
        raise HTTPException(422, str(reason)) from reason
    except (urls.UnusableURL, ForbiddenAddress) as reason:
        raise HTTPException(422, f"url: {reason}") from reason
    response.headers["Location"] = f"/jobs/{taken.job.id}"
    response.status_code = 202 if taken.created else 200
    return Accepted(job_id=taken.job.id, status=taken.job.status, message=taken.message)


@router.get("/jobs")
def list_jobs(
    status: Annotated[JobStatus | None, Query()] = None, kind: Kind = None, limit: Limit = 50, cursor: Cursor = None
) -> JobPage:
    """Jobs, newest first. `?status=error` is the dead-letter list."""
    with db.transaction() as session:
        statuses = None if status is None else {status}
        before = int(cursor) if cursor else None
        found = joblist.page(session, statuses=statuses, kind=kind, before=before, limit=limit)
    return JobPage(jobs=[JobOut.model_validate(job) for job in found], next_cursor=next_id(found, limit))


@router.get("/jobs/{job_id}")
async def get_job(request: Request, job_id: Id, wait: Wait = 0, since: Since = None) -> JobDetail:
    """One job, and how far it has come. With `wait`, once something has happened to it since, or it has ended."""
    job = await run_in_threadpool(detail, job_id)
    if wait and job.status in UNFINISHED and since in {None, job.last_event_id}:
        await request.app.state.hub.news(job_id, since=job.last_event_id, seconds=wait)
        job = await run_in_threadpool(detail, job_id)
    return job


@router.get("/jobs/{job_id}/events")
def get_events(job_id: Id) -> list[EventOut]:
    """The job's timeline, oldest first."""
    detail(job_id)
    with db.transaction() as session:
        return [EventOut.model_validate(event) for event in joblist.events(session, job_id)]


@router.post("/jobs/{job_id}/cancel", responses=CONFLICT)
def cancel_job(job_id: Id) -> JobDetail:
    """End an unfinished job in ERROR `cancelled`. Its worker notices within seconds; its pages stay."""
    return _done(intake.cancel, job_id)


@router.post("/jobs/{job_id}/retry", status_code=202, responses=CONFLICT)
def retry_job(job_id: Id, wish: Retry | None = None) -> JobDetail:
    """Put a job in ERROR back into the queue. It goes on from the pages that it has, all of its attempts before it."""
    return _done(partial(intake.retry, accept_shrink=wish is not None and wish.accept_shrink), job_id)


@router.post("/jobs/{job_id}/priority", responses=CONFLICT)
def move_job(job_id: Id, wish: Move) -> JobDetail:
    """Let an unfinished job wait in the queue of another priority; one at work does so from its next attempt on."""
    return _done(partial(intake.move, priority=wish.priority), job_id)


def next_id(rows: object, limit: int) -> str | None:
    """The cursor behind the last of `rows`; None when there can be no more."""
    found = list(rows)  # type: ignore[call-overload]
    return str(found[-1].id) if len(found) == limit else None


def detail(job_id: int) -> JobDetail:
    """The job with its newest event. Raises 404."""
    with db.transaction() as session:
        # The event first: should one come in between, whoever goes on from it is told of it once more, and not never.
        newest, job = joblist.last_event(session, job_id), joblist.get(session, job_id)
    if job is None:
        raise HTTPException(404, f"no job {job_id}")
    return JobDetail.model_validate(job).model_copy(update={"last_event_id": newest})


def _done(act: Callable[[int], Job], job_id: int) -> JobDetail:
    detail(job_id)
    try:
        act(job_id)
        return detail(job_id)
    except intake.NotPossible as reason:
        raise HTTPException(409, str(reason)) from reason
