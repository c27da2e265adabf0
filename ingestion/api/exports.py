"""GET /novels/{id}/export: a novel as one file."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Query, Response
from fastapi.responses import FileResponse, JSONResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from ingestion import db
from ingestion.api.problems import RETRY, documented
from ingestion.api.schemas import Id
from ingestion.api.tasks import LOOK_AGAIN_SECONDS, UNFINISHED, TaskOut, told
from ingestion.background import ringing, table
from ingestion.background.kinds import EXPORT
from ingestion.errors import NotFound, TooMany
from ingestion.export import making, store
from ingestion.export.formats import Format
from ingestion.export.wish import Wish
from ingestion.models import Task

router = APIRouter(tags=["library"])

#: A place in the reading order is a 32-bit number.
LAST_PLACE = 2**31 - 1
Place = Annotated[int | None, Query(ge=1, le=LAST_PLACE, examples=[1])]
Volumes = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=500, pattern="^[^\\x00]*$")]], Query(max_length=50)
]
Wait = Annotated[
    int, Query(ge=0, le=60, description="Seconds to wait for the file; where it takes longer, the answer is 503.")
]
#: Between two looks at the task that somebody waits for.
LOOK_SECONDS = 0.5
FILE = {"type": "string", "format": "binary"}
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": {format.media_type: {"schema": FILE} for format in Format}},
    202: {
        "description": "It is being made, by the task at `Location`.",
        "model": TaskOut,
        "headers": RETRY | {"Location": {"description": "The task.", "schema": {"type": "string"}}},
    },
    304: {"description": "The file that `If-None-Match` names is what there is."},
    429: documented(429, "As many files as may be are being made."),
}


@router.get("/novels/{novel_id}/export", response_class=FileResponse, responses=ANSWERS)
@router.head("/novels/{novel_id}/export", include_in_schema=False)  # KOReader asks for the file's name
async def export(
    novel_id: Id,
    format: Format = Format.EPUB,
    first: Place = None,
    last: Place = None,
    volume: Volumes = [],  # noqa: B006 - FastAPI makes a new one for each request
    wait: Wait = 0,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The novel as EPUB 3, plain text, Markdown, HTML or JSON: all of it, its chapters at the places `first` to `last` of the reading order, or some of its volumes.

    Where the file was not made yet, or the novel has changed since, 202 and the task that makes it: ask again once that is done.
    An e-reader cannot: with `wait`, the answer comes when the file is there.
    """
    wish = Wish(novel_id=novel_id, first=first, last=last, volumes=tuple(volume), format=format)
    answer, task = await run_in_threadpool(_answer, wish, if_none_match)
    if task is None or not wait:
        return answer
    await _ended(task.id, wait)
    answer, task = await run_in_threadpool(_answer, wish, if_none_match)
    if task is not None:
        again = {"Retry-After": answer.headers["Retry-After"]}
        raise HTTPException(503, f"the book is not made yet; task {task.id} says how it goes", again)
    return answer


def _answer(wish: Wish, if_none_match: str | None) -> tuple[Response, Task | None]:
    """The file, or the task that makes it."""
    try:
        book = making.planned(wish)
    except NotFound as reason:
        raise HTTPException(404, str(reason)) from None
    path, headers = store.place(book), {"ETag": f'"{book.digest}"', "Cache-Control": "private, no-cache"}
    if if_none_match is not None and headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers), None
    if path.exists():
        return FileResponse(path, media_type=wish.format.media_type, filename=book.file_name, headers=headers), None
    return _made_by(wish, once=path.name)


def _made_by(wish: Wish, *, once: str) -> tuple[Response, Task]:
    """The task that makes it."""
    try:
        task, _ = ringing.submit(EXPORT, wish.args, once=once)
    except TooMany as reason:
        raise HTTPException(429, str(reason), headers={"Retry-After": str(LOOK_AGAIN_SECONDS)}) from None
    answer = Response()
    body = told(task, answer).model_dump(mode="json")
    again = {"Location": f"/tasks/{task.id}", "Retry-After": answer.headers["Retry-After"]}
    return JSONResponse(body, 202, headers=again), task


async def _ended(task_id: int, seconds: int) -> None:
    """Wait for the task to end, as long as that, in nobody's way."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while await run_in_threadpool(_is_unfinished, task_id):
                await asyncio.sleep(LOOK_SECONDS)


def _is_unfinished(task_id: int) -> bool:
    with db.transaction() as session:
        task = table.get(session, task_id)
    return task is not None and task.status in UNFINISHED
