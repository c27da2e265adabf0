"""GET /feed.atom and /novels/{id}/feed.atom: new chapters, for feed readers."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request, Response

from ingestion import bookshelf, db
from ingestion.api import conditional
from ingestion.api.schemas import Id
from ingestion.catalog import chapters, table

#: Their formats are described by RFC 4287, and better than an OpenAPI document can.
router = APIRouter(include_in_schema=False)

READ = ["GET", "HEAD"]


@router.api_route("/feed.atom", methods=READ)
def library_feed(request: Request) -> Response:
    """The newest chapters of all novels."""
    with db.transaction() as session:
        found = table.of_library(session)
    body = chapters.of_library(found, table.LONG_AGO, base(request))
    return conditional.answer(request, body, chapters.MEDIA_TYPE, chapters.changed_at(found, table.LONG_AGO))


@router.api_route("/novels/{novel_id}/feed.atom", methods=READ)
def novel_feed(request: Request, novel_id: Id) -> Response:
    """The novel's newest chapters."""
    with db.transaction() as session:
        novel, found = bookshelf.get(session, novel_id), table.of_novel(session, novel_id)
    if novel is None:
        raise HTTPException(404, f"no novel {novel_id}")
    body = chapters.of_novel(novel, found, base(request))
    return conditional.answer(request, body, chapters.MEDIA_TYPE, chapters.changed_at(found, novel.created_at))


def base(request: Request) -> str:
    """The API's own address, as it was asked for, with the path that a proxy puts before it (`root_path`)."""
    return str(request.base_url)
