"""Covers and pictures: each at the name that says what it is, and chapters that show them."""

from __future__ import annotations

from typing import Annotated, Any

import structlog
from fastapi import APIRouter, HTTPException, Path
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session

from ingestion import sanitize
from ingestion.api.problems import RETRY_AFTER_SECONDS
from ingestion.api.schemas import ChapterOut, PictureOut
from ingestion.models import ChapterRow, Picture
from ingestion.pictures import kinds, sources, store, table

log = structlog.get_logger(__name__)

router = APIRouter(tags=["library"])

#: A name never means other bytes, and whatever the bytes are, a browser takes them for a picture and runs nothing.
HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
EXAMPLE = f"{'5a' * 32}.png"
CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {media_type: {} for media_type in kinds.MEDIA_TYPES.values()}}
}


@router.get("/pictures/{name}", response_class=StreamingResponse, responses=CONTENT)
def get_picture(name: Annotated[str, Path(pattern=kinds.NAME, examples=[EXAMPLE])]) -> StreamingResponse:
    """One picture, as its site sent it."""
    try:
        chunks = store.opened().get(name)
    except FileNotFoundError:
        raise HTTPException(404, f"no picture {name}") from None
    except OSError as error:
        log.error("the picture store does not answer", error=str(error))
        retry = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        raise HTTPException(503, "the picture store does not answer; the log says why", headers=retry) from error
    return StreamingResponse(chunks, media_type=kinds.media_type(name), headers=HEADERS)


def illustrated(session: Session, chapter: ChapterRow) -> ChapterOut:
    """The chapter for a reader, its pictures at our addresses."""
    texts = {name: getattr(chapter, name) for name in ("content", "notes_before", "notes_after")}
    urls = sources(*texts.values())
    known = {row.url: row for row in table.of(session, urls)}
    paths = {url: kinds.path(row.name) for url, row in known.items() if row.name}
    shown = {name: sanitize.illustrated(text, paths) for name, text in texts.items() if text}
    listed = [_listed(url, known.get(url)) for url in urls]
    return ChapterOut.model_validate(chapter).model_copy(update=shown | {"pictures": listed})


def _listed(url: str, row: Picture | None) -> PictureOut:
    if row is None:
        return PictureOut(url=url, missing_kind=table.UNASKED, missing_reason="it was not asked for yet")
    if row.name:
        return PictureOut(url=url, path=kinds.path(row.name))
    return PictureOut(url=url, missing_kind=row.missing_kind, missing_reason=row.missing_reason)
