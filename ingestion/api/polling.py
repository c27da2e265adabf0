"""A job in short, for a client that asks again and again, and how soon it should."""

from __future__ import annotations

import math
from datetime import datetime

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, Field

from ingestion import config, db, joblist
from ingestion.api.problems import RETRY
from ingestion.api.schemas import Id
from ingestion.models import Job
from ingestion.status import UNFINISHED, JobStatus

router = APIRouter(tags=["jobs"])

#: Seconds until the next look at a job of which nobody knows yet how long it will take; and the most that any look waits.
UNKNOWN_SECONDS = 5
LONGEST_SECONDS = 60


class Progress(BaseModel):
    """How far an unfinished job has come."""

    pages_done: int = Field(examples=[17])
    pages_total: int | None = Field(None, examples=[110])


class Result(BaseModel):
    """What a job that is DONE gave; of a dry run, nothing."""

    novel_id: int | None = Field(None, examples=[7])
    chapters_saved: int = Field(examples=[110])
    missing: int = Field(examples=[0], description="Chapters that the site itself no longer serves.")


class Fault(BaseModel):
    """Why a job is in ERROR."""

    kind: str = Field(examples=["not_found"])
    message: str


class Short(BaseModel):
    """A job in short: its `progress`, then its `result` or its `error`."""

    job_id: int = Field(examples=[42])
    status: JobStatus = Field(examples=["crawling"])
    progress: Progress | None = None
    result: Result | None = None
    error: Fault | None = None


@router.get("/jobs/{job_id}/status", response_model_exclude_none=True, responses={200: {"headers": RETRY}})
def get_status(job_id: Id, response: Response) -> Short:
    """One job in short. While it is unfinished, `Retry-After` says after how many seconds to ask again."""
    with db.transaction() as session:
        job, now = joblist.get(session, job_id), db.now(session)
    if job is None:
        raise HTTPException(404, f"no job {job_id}")
    response.headers["Cache-Control"] = "no-store"
    if job.status in UNFINISHED:
        response.headers["Retry-After"] = str(soon(job, _pace(job), now))
    return short(job)


def short(job: Job) -> Short:
    """The job in short."""
    told = Short(job_id=job.id, status=job.status)
    if job.status is JobStatus.DONE:
        told.result = Result(novel_id=job.novel_id, chapters_saved=job.chapters_saved, missing=job.chapters_missing)
    elif job.status is JobStatus.ERROR:
        told.error = Fault(kind=job.error_kind or "", message=job.error_message or "")
    else:
        told.progress = Progress(pages_done=job.pages_done, pages_total=job.pages_total)
    return told


def soon(job: Job, pace_seconds: float, now: datetime) -> int:
    """After how many seconds something may have changed: when a failed job's rest is over, or else when its pages may all be there."""
    if job.not_before is not None and job.not_before > now:
        return math.ceil((job.not_before - now).total_seconds())
    if job.pages_total is None:
        return UNKNOWN_SECONDS
    left = (job.pages_total - job.pages_done) * pace_seconds
    return max(1, min(math.ceil(left), LONGEST_SECONDS))


def _pace(job: Job) -> float:
    """Seconds between two of its pages, as far as the settings say."""
    ours = config.settings()
    return ours.site_pace.get(job.host, ours.site_pace.get(job.site or "", ours.pace_seconds))
