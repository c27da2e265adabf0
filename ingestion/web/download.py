"""/library/ID/download: a novel as a file; while it is being made, a page that waits for it."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request, Response

from ingestion import db
from ingestion.api.schemas import BIGINT_MAX, Id
from ingestion.background import ringing, table
from ingestion.background.kinds import EXPORT
from ingestion.errors import NotFound, TooMany
from ingestion.export import making, store
from ingestion.export.formats import Format
from ingestion.export.wish import Wish
from ingestion.models import Task
from ingestion.status import TaskStatus
from ingestion.web.page import Page, go, show

router = APIRouter(route_class=Page)

#: What people call the formats.
NAMES = {
    Format.EPUB: "EPUB, for e-readers",
    Format.TEXT: "Plain text",
    Format.MARKDOWN: "Markdown",
    Format.HTML: "HTML, one page",
    Format.JSON: "JSON, for programs",
}
Volumes = Annotated[list[Annotated[str, Query(max_length=500, pattern="^[^\\x00]*$")]], Query(max_length=50)]


@router.get("/library/{novel_id}/download")
def download(
    request: Request,
    novel_id: Id,
    format: Format = Format.EPUB,
    volume: Volumes = [],  # noqa: B006 - FastAPI makes a new one for each request
    task: Annotated[int | None, Query(ge=1, le=BIGINT_MAX)] = None,
) -> Response:
    """The file, or the page that waits for it, or says why there is none. The page knows its `task`."""
    volumes = [title for title in volume if title]
    query = urlencode({"format": format.value, "volume": volumes}, doseq=True)
    page = {"novel_id": novel_id, "query": query, "format": NAMES[format]}
    if (failed := _failed(task)) is not None:
        return show(request, "download.html", failed=failed, **page)
    maker = _maker(Wish(novel_id=novel_id, volumes=tuple(volumes), format=format))
    if maker is not None:
        return show(request, "download.html", waited=f"{query}&task={maker.id}", **page)
    file = f"/novels/{novel_id}/export?{query}"
    return go(request, file) if task is None else show(request, "download.html", file=file, **page)


def _maker(wish: Wish) -> Task | None:
    """The task that makes the file; None where it is there."""
    try:
        path = store.place(making.planned(wish))
    except NotFound as reason:
        raise HTTPException(404, str(reason)) from None
    try:
        return None if path.exists() else ringing.submit(EXPORT, wish.args, once=path.name)[0]
    except TooMany as reason:
        raise HTTPException(429, str(reason)) from None


def _failed(task_id: int | None) -> Task | None:
    """The task, if its attempts are spent."""
    if task_id is None:
        return None
    with db.transaction() as session:
        task = table.get(session, task_id)
    return task if task is not None and task.status is TaskStatus.ERROR else None
