"""POST /import: a list of URLs, or an EPUB that says where it is from."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from ingestion import imports
from ingestion.api.limits import within_rate
from ingestion.api.problems import TOO_OFTEN
from ingestion.api.schemas import Body
from ingestion.errors import ParseError
from ingestion.export.formats import Format
from ingestion.imports import Outcome

router = APIRouter(tags=["jobs"])

#: What an entry is when something is being done about it.
UNDER_WAY = {Outcome.CREATED, Outcome.EXISTING, Outcome.READING}
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "text/plain": {"schema": {"type": "string"}, "example": "https://www.royalroad.com/fiction/21220\n"},
            Format.EPUB.media_type: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


class EntryOut(Body):
    """A URL of the list, or the file, and what became of it."""

    source: str = Field(examples=["https://www.royalroad.com/fiction/21220"])
    outcome: Outcome
    message: str = Field(examples=["job 42: Ingestion job created and queued"])
    job_id: int | None = Field(None, examples=[42])
    novel_id: int | None = None
    task_id: int | None = Field(None, description="The background task that reads the file; its result is this again.")
    chapters: int = Field(0, description="How many chapters of the file the library got.")


class Imported(Body):
    """What became of everything that was to be imported."""

    entries: list[EntryOut]


@router.post(
    "/import",
    status_code=202,
    openapi_extra=BODY,
    responses={200: {"model": Imported, "description": "There is nothing to do."}, **TOO_OFTEN},
    dependencies=[Depends(within_rate)],
)
async def bring_in(
    request: Request,
    response: Response,
    name: Annotated[str, Query(max_length=500, description="What the file is called.")] = "book.epub",
) -> Imported:
    """Make a job of each URL in a list, one a line, or of the EPUB's, whose chapters a background task saves besides.

    One that cannot be taken stops no other: its `outcome` is `refused`.
    """
    content = await request.body()
    try:
        found = await run_in_threadpool(imports.take, content, name=name)
    except ParseError as reason:
        raise HTTPException(422, str(reason)) from reason
    response.status_code = 202 if any(entry.outcome in UNDER_WAY for entry in found) else 200
    return Imported(entries=[EntryOut.model_validate(entry) for entry in found])
