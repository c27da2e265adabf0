"""/activity/{id}: one job as it happens: how far it is, what each attempt did, and the button that helps."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request, Response
from redis import RedisError

from ingestion import bookshelf, db, intake, joblist, joblog, pace
from ingestion.api.schemas import Id
from ingestion.models import Job
from ingestion.pace import Standing
from ingestion.status import RUNNING, UNFINISHED, JobStatus
from ingestion.web import holdups, reasons, steps
from ingestion.web.page import Page, go, show

router = APIRouter(route_class=Page)

#: Lines of the log that are shown, the newest.
LINES = 300
#: What a line of the log says of itself, or of its job, which the page is about.
KNOWN = {"timestamp", "level", "logger", "event", "attempt", "job", "novel", "worker"}


@router.get("/activity/{job_id}")
def job(request: Request, job_id: Id, log: bool = False) -> Response:
    """The page; with `log`, what the workers said, too."""
    with db.transaction() as session:
        found = joblist.get(session, job_id)
        if found is None:
            raise HTTPException(404, f"There is no job {job_id}; old ones are forgotten after a while.")
        events = joblist.events(session, job_id)
        novel = bookshelf.get(session, found.novel_id) if found.novel_id else None
        paused = holdups.paused(session, found) if found.status is JobStatus.QUEUED else None
        now = db.now(session)
    waits = holdups.why(found, paused=paused, now=now) if found.status is JobStatus.QUEUED else None
    said: dict[str, Any] = {"job": found, "novel": novel, "waits": waits, "paused": paused, "now": now}
    said |= {"way": steps.way(found, events), "attempts": steps.attempts(events)}
    said |= {"last_event": events[-1].id if events else 0, "unfinished": found.status in UNFINISHED}
    said |= {"why": reasons.of(found.error_kind) if found.error_kind else None, "running": found.status in RUNNING}
    said |= {"pace": _pace(found), "log": _log(job_id) if log else None}
    return show(request, "job.html", **said)


@router.post("/activity/{job_id}/retry")
def retry(request: Request, job_id: Id, accept_shrink: Annotated[bool, Form()] = False) -> Response:
    """Put the job back into the queue."""
    try:
        intake.retry(job_id, accept_shrink=accept_shrink)
    except intake.NotPossible as reason:
        return go(request, f"/activity/{job_id}", done=f"Nothing was done: {reason}.")
    return go(request, f"/activity/{job_id}", done="The job is in the queue again.")


@router.post("/activity/{job_id}/cancel")
def cancel(request: Request, job_id: Id) -> Response:
    """End the job."""
    try:
        intake.cancel(job_id)
    except intake.NotPossible as reason:
        return go(request, f"/activity/{job_id}", done=f"Nothing was done: {reason}.")
    return go(request, f"/activity/{job_id}", done="The job is cancelled. Its pages are kept.")


def _pace(job: Job) -> Standing | None:
    """How the job's host is asked, while the job asks it."""
    if job.status is not JobStatus.CRAWLING:
        return None
    try:
        return pace.standings([job.host]).get(job.host)
    except RedisError:  # the crawl goes on at a pace of its own, which nobody else knows
        return None


def _log(job_id: int) -> list[dict[str, Any]]:
    entries = joblog.Story(job_id).more()[-LINES:]
    return [entry | {"more": {name: entry[name] for name in entry.keys() - KNOWN}} for entry in entries]
