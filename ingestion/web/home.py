"""/: where a URL is pasted, and what is going on."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response

from ingestion import bookshelf, browsing, db, intake, joblist, lines, urls
from ingestion.api.limits import within_rate
from ingestion.errors import Cancelled, ForbiddenAddress
from ingestion.status import RUNNING, Priority, Refresh
from ingestion.web.library import STATUSES, cards
from ingestion.web.page import Page, go, show

router = APIRouter(route_class=Page)

AT_WORK = 20
NOVELS = 12


@router.get("/")
def home(request: Request) -> Response:
    """The page."""
    return _page(request, 200)


@router.post("/", dependencies=[Depends(within_rate)])
def ingest(
    request: Request,
    url: Annotated[str, Form(max_length=urls.MAX_LENGTH)],
    priority: Annotated[Priority, Form()] = Priority.DEFAULT,
    refresh: Annotated[Refresh, Form()] = Refresh.NEW,
    dry_run: Annotated[bool, Form()] = False,
) -> Response:
    """Make a job for the novel at `url`, and show it."""
    wish: dict[str, Any] = {"priority": priority, "refresh": refresh, "dry_run": dry_run}
    try:
        taken = intake.submit(url.strip(), **wish)
    except (urls.UnusableURL, ForbiddenAddress) as reason:
        return _page(request, 422, url=url, problem=str(reason), **wish)
    return go(request, f"/activity/{taken.job.id}", done=taken.message)


def _page(request: Request, status: int, **said: Any) -> Response:
    with db.transaction() as session:
        working = joblist.page(session, statuses=RUNNING, limit=AT_WORK)
        waiting = sum(rows.due + rows.resting + rows.paused for rows in lines.waiting(session).values())
        dead = joblist.dead_letters(session)
        newest, _ = browsing.found(session, browsing.Wish(), skip=0, limit=NOVELS)
        shelf = cards(session, newest)
        novels = bookshelf.by_id(session, {job.novel_id for job in working if job.novel_id})
        now = db.now(session)
    said |= {"working": working, "waiting": waiting, "novels": novels, "shelf": shelf, "now": now}
    said |= {"stopped": sum(count for kind, count in dead.items() if kind != Cancelled.kind), "statuses": STATUSES}
    return show(request, "home.html", status, **said)
