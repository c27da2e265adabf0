"""Followed novels: which there are, how often each is looked at, and what came of it."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from ingestion import bookshelf, db, follows, rhythm, updates
from ingestion.api.schemas import Body, Cursor, Id, Limit
from ingestion.models import Follow, NovelRow

router = APIRouter(tags=["follow"])


class FollowWish(BaseModel):
    """How often a novel is looked at."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"every": "6h"}})

    every: str | None = Field(
        None,
        pattern=rhythm.EVERY,
        description="From 15m to 52w: 30m, 6h, 1d, 2w. Without it the novel's own rhythm of releases decides.",
    )


class FollowOut(Body):
    """How a novel is followed."""

    novel_id: int = Field(examples=[7])
    every: str | None = Field(None, examples=["6h"], description="null: the novel's own rhythm decides.")
    next_at: datetime = Field(description="When it is looked at next.")
    checked_at: datetime | None = Field(None, description="When the last look at it ended.")
    changed_at: datetime | None = Field(None, description="When a look last found a new chapter.")
    job_id: int | None = Field(None, description="The job of the last look.", examples=[42])
    failures: int = Field(description="How many looks have failed in a row.", examples=[0])
    created_at: datetime


class Followed(FollowOut):
    """A followed novel, and how it is followed."""

    title: str = Field(examples=["The Lamplighter's Ledger"])
    url: str


class FollowPage(BaseModel):
    """Followed novels, newest first."""

    follows: list[Followed]
    next_cursor: str | None = None


@router.get("/follows")
def list_follows(limit: Limit = 50, cursor: Cursor = None) -> FollowPage:
    """The novels that are followed, newest first."""
    with db.transaction() as session:
        found = follows.page(session, before=int(cursor) if cursor else None, limit=limit)
    shown = [Followed(**told(follow).model_dump(), title=novel.title, url=novel.url) for follow, novel in found]
    return FollowPage(follows=shown, next_cursor=str(shown[-1].novel_id) if len(shown) == limit else None)


@router.post("/novels/{novel_id}/follow")
def follow_novel(novel_id: Id, wish: FollowWish | None = None) -> FollowOut:
    """Look at the novel for new chapters from time to time; again, to change how often."""
    every = wish and wish.every
    with db.transaction() as session:
        return told(updates.follow(session, _novel(session, novel_id), rhythm.every(every) if every else None))


@router.delete("/novels/{novel_id}/follow", status_code=204)
def unfollow_novel(novel_id: Id) -> None:
    """Follow the novel no more. It stays in the library."""
    with db.transaction() as session:
        follows.drop(session, _novel(session, novel_id).id)


def told(follow: Follow) -> FollowOut:
    """The row as it goes over the wire."""
    every = follows.every(follow)
    return FollowOut.model_validate(follow).model_copy(update={"every": every and rhythm.told(every)})


def _novel(session: Session, novel_id: int) -> NovelRow:
    novel = bookshelf.get(session, novel_id)
    if novel is None:
        raise HTTPException(404, f"no novel {novel_id}")
    return novel
