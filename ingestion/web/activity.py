"""/activity: all jobs, newest first, and those that stopped, with what to do about them."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel, Field

from ingestion import bookshelf, db, intake, joblist, readings
from ingestion.status import RUNNING, JobStatus
from ingestion.web import reasons
from ingestion.web.page import Page, go, show

router = APIRouter(route_class=Page)

JOBS = 50
#: Hosts that the field for a site proposes.
HOSTS = 100
#: Jobs that one press of a button puts back: it should not take long.
AT_ONCE = 200
STATUSES = {
    "waiting": frozenset({JobStatus.QUEUED}),
    "working": RUNNING,
    "done": frozenset({JobStatus.DONE}),
    "stopped": frozenset({JobStatus.ERROR}),
}


class Wish(BaseModel):
    """Which jobs to show; a form sends what is not chosen as an empty text."""

    status: Literal["", "waiting", "working", "done", "stopped"] = ""
    kind: str = Field("", pattern=r"^[a-z_]{0,50}$")
    site: str = Field("", max_length=255, pattern=r"^[^\x00]*$")
    before: str = Field("", pattern=r"^\d{0,18}$")

    @property
    def statuses(self) -> frozenset[JobStatus] | None:
        """Those of the jobs; who asks for a kind means jobs that stopped."""
        return STATUSES.get(self.status or ("stopped" if self.kind else ""))

    def query(self, **other: object) -> str:
        """The wish as a URL ends with it, with something else in it."""
        return urlencode({name: value for name, value in (self.model_dump() | other).items() if value})


@router.get("/activity")
def jobs(request: Request, wish: Annotated[Wish, Query()]) -> Response:
    """The page."""
    with db.transaction() as session:
        before = int(wish.before) if wish.before else None
        asked = {"kind": wish.kind or None, "site": wish.site.strip() or None}
        found = joblist.page(session, statuses=wish.statuses, before=before, limit=JOBS + 1, **asked)
        shown = found[:JOBS]
        dead = joblist.dead_letters(session) if wish.status in {"", "stopped"} and before is None else {}
        hosts = readings.hosts(session, limit=HOSTS)
        novels = bookshelf.by_id(session, {job.novel_id for job in shown if job.novel_id})
        now = db.now(session)
    older = wish.query(before=shown[-1].id) if len(found) > JOBS else None
    return show(
        request,
        "activity.html",
        wish=wish,
        jobs=shown,
        novels=novels,
        dead=dead,
        hosts=hosts,
        older=older,
        kinds=reasons.KNOWN.values(),
        at_once=AT_ONCE,
        now=now,
    )


@router.post("/activity/retry")
def retry_all(request: Request, kind: Annotated[str, Form(pattern=r"^[a-z_]{1,50}$")]) -> Response:
    """Put the jobs that stopped for this reason back into the queue, the oldest first; so many at once."""
    with db.transaction() as session:
        dead = joblist.dead(session, kind=kind, limit=AT_ONCE + 1)
    refused = 0
    for job_id in dead[:AT_ONCE]:
        try:
            intake.retry(job_id)
        except intake.NotPossible:  # somebody else was there first, or another job is at the same novel
            refused += 1
    told = f"{len(dead[:AT_ONCE]) - refused} jobs are in the queue again"
    told += f"; {refused} could not be: another job is at the same novel" if refused else ""
    told += "; there are more, press again" if len(dead) > AT_ONCE else ""
    return go(request, "/activity?status=stopped", done=f"{told}.")
