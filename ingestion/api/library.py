"""The library: novels, their chapters in reading order, and the texts."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from pydantic import Field
from sqlalchemy.orm import Session

from ingestion import bookshelf, db, follows, sources
from ingestion.api import pictures
from ingestion.api.follows import FollowOut, told
from ingestion.api.jobs import next_id
from ingestion.api.schemas import (
    URL,
    ChapterEntry,
    ChapterOut,
    ChapterPage,
    Cursor,
    Id,
    Limit,
    NovelOut,
    NovelPage,
    Place,
)
from ingestion.models import NovelRow
from ingestion.pictures import table
from ingestion.pictures.kinds import path

router = APIRouter(tags=["library"])


class NovelDetail(NovelOut):
    """A novel, where it has been read from, and how it is followed."""

    sources: list[str] = Field(examples=[[URL]], description="The current one first; a job for any of them ends here.")
    follow: FollowOut | None = Field(None, description="null: it is not followed.")


@router.get("/novels")
def list_novels(limit: Limit = 50, cursor: Cursor = None) -> NovelPage:
    """Novels, newest first."""
    with db.transaction() as session:
        found = bookshelf.page(session, before=int(cursor) if cursor else None, limit=limit)
        return NovelPage(novels=_shown(session, list(found)), next_cursor=next_id(found, limit))


@router.get("/novels/{novel_id}")
def get_novel(novel_id: Id) -> NovelDetail:
    """One novel, how much of it is there, and where it has been read from."""
    with db.transaction() as session:
        novel = _novel(session, novel_id)
        [shown] = _shown(session, [novel])
        followed = follows.get(session, novel_id)
        more = {"sources": sources.of(session, novel), "follow": followed and told(followed)}
        return NovelDetail(**shown.model_dump(exclude={"chapters_total"}), **more)


@router.get("/novels/{novel_id}/chapters")
def list_chapters(novel_id: Id, limit: Limit = 500, cursor: Place = None) -> ChapterPage:
    """The novel's chapters in reading order, without their texts."""
    with db.transaction() as session:
        _novel(session, novel_id)
        found = bookshelf.chapters(session, novel_id, after=_place(cursor), limit=limit)
        more = f"{found[-1].position}-{found[-1].id}" if len(found) == limit else None
        return ChapterPage(chapters=[ChapterEntry.model_validate(c) for c in found], next_cursor=more)


@router.get("/chapters/{chapter_id}")
def get_chapter(chapter_id: Id) -> ChapterOut:
    """One chapter with its text."""
    with db.transaction() as session:
        chapter = bookshelf.chapter(session, chapter_id)
        if chapter is None:
            raise HTTPException(404, f"no chapter {chapter_id}")
        return pictures.illustrated(session, chapter)


def _novel(session: Session, novel_id: int) -> NovelRow:
    novel = bookshelf.get(session, novel_id)
    if novel is None:
        raise HTTPException(404, f"no novel {novel_id}")
    return novel


def _shown(session: Session, found: list[NovelRow]) -> list[NovelOut]:
    counts = bookshelf.counts(session, [novel.id for novel in found])
    covers = table.names(session, [novel.cover_url for novel in found if novel.cover_url])
    shown = []
    for novel in found:
        saved, missing = counts.get(novel.id, (0, 0))
        cover = covers.get(novel.cover_url or "")
        added = {"chapters_saved": saved, "chapters_missing": missing, "cover": path(cover) if cover else None}
        shown.append(NovelOut.model_validate(novel).model_copy(update=added))
    return shown


def _place(cursor: str | None) -> tuple[int, int] | None:
    """Where a chapters' cursor (`position-id`) points."""
    if cursor is None:
        return None
    position, chapter_id = cursor.split("-")
    return int(position), int(chapter_id)
