"""/library/ID: a novel, its chapters by volumes, what is missing, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request, Response
from sqlalchemy.orm import Session

from ingestion import bookshelf, contents, db, follows, intake, joblist, rhythm, sources, updates, urls
from ingestion.api.exports import LAST_PLACE
from ingestion.api.limits import within_rate
from ingestion.api.schemas import Id
from ingestion.contents import Entry, Part
from ingestion.errors import ForbiddenAddress
from ingestion.export.formats import Format
from ingestion.models import NovelRow
from ingestion.pictures import kinds, table
from ingestion.status import Refresh
from ingestion.web.download import NAMES
from ingestion.web.library import STATUSES
from ingestion.web.page import Page, go, show

router = APIRouter(route_class=Page)

#: Missing chapters that are named, each with its reason.
MOST_NAMED = 50
#: A chapter is new for so long, if it came after the novel did.
NEW = timedelta(days=7)
AT_FIRST = timedelta(days=1)
RHYTHMS = {
    "": "as often as new chapters come",
    "1h": "every hour",
    "6h": "every 6 hours",
    "12h": "every 12 hours",
    "1d": "every day",
    "1w": "every week",
}


@router.get("/library/{novel_id}")
def novel(request: Request, novel_id: Id, at: Annotated[int | None, Query(ge=0, le=LAST_PLACE)] = None) -> Response:
    """The page, with the part of the chapters in which the place `at` is."""
    with db.transaction() as session:
        row = found(session, novel_id)
        parts, now = contents.parts(session, novel_id), db.now(session)
        shown = _about(session, row) | _chapters(session, row, parts, at)
    shown |= {"novel": row, "now": now, "is_new": lambda chapter: _is_new(chapter, row, now)}
    shown |= {"statuses": STATUSES, "rhythms": RHYTHMS, "formats": {each: NAMES[each] for each in Format}}
    return show(request, "novel.html", **shown)


@router.post("/library/{novel_id}/update", dependencies=[Depends(within_rate)])
def update(request: Request, novel_id: Id, refresh: Annotated[Refresh, Form()] = Refresh.NEW) -> Response:
    """Make the job that asks the site for what is not here, and show it."""
    with db.transaction() as session:
        row = found(session, novel_id)
    try:
        taken = intake.submit(row.index_url or row.url, refresh=refresh)
    except (urls.UnusableURL, ForbiddenAddress) as reason:
        raise HTTPException(422, str(reason)) from None
    return go(request, f"/activity/{taken.job.id}", done=taken.message)


@router.post("/library/{novel_id}/follow")
def follow(request: Request, novel_id: Id, every: Annotated[str, Form(pattern=rf"^$|{rhythm.EVERY}")] = "") -> Response:
    """Look at the novel for new chapters from time to time."""
    with db.transaction() as session:
        updates.follow(session, found(session, novel_id), rhythm.every(every) if every else None)
    told = f"The novel is followed: the site is asked for new chapters {RHYTHMS.get(every, f'every {every}')}."
    return go(request, f"/library/{novel_id}", done=told)


@router.post("/library/{novel_id}/unfollow")
def unfollow(request: Request, novel_id: Id) -> Response:
    """Look at it no more."""
    with db.transaction() as session:
        follows.drop(session, found(session, novel_id).id)
    return go(request, f"/library/{novel_id}", done="The novel is not followed any more. What is here stays.")


def found(session: Session, novel_id: int) -> NovelRow:
    """The novel, or the page that says that there is none."""
    novel = bookshelf.get(session, novel_id)
    if novel is None:
        raise HTTPException(404, f"There is no novel {novel_id} in this library.")
    return novel


def _about(session: Session, row: NovelRow) -> dict[str, Any]:
    cover = table.names(session, [row.cover_url] if row.cover_url else []).get(row.cover_url or "")
    followed = follows.get(session, row.id)
    every = follows.every(followed) if followed else None
    return {
        "picture": cover and kinds.path(cover),
        "sources": [url for each in sources.of(session, row) if (url := urls.web(each))],
        "follow": followed,
        "every": rhythm.told(every) if every else "",
        "job": joblist.newest_of(session, row.id),
        "changed_at": contents.changed_at(session, row.id) or row.updated_at,
    }


def _chapters(session: Session, row: NovelRow, parts: Sequence[Part], at: int | None) -> dict[str, Any]:
    part = (
        next((each for each in parts if at is not None and at <= each.last), parts[-1 if at else 0]) if parts else None
    )
    missing = sum(each.missing for each in parts)
    return {
        "parts": parts,
        "part": part,
        "chapters": _by_volume(contents.entries(session, row.id, part)) if part else [],
        "volumes": contents.volumes(session, row.id),
        "missing": contents.missing(session, row.id, limit=MOST_NAMED) if missing else [],
        "missing_count": missing,
        "readable_count": sum(each.chapters for each in parts) - missing,
        "ends": contents.ends(session, row.id),
    }


def _by_volume(chapters: Sequence[Entry]) -> list[tuple[str, list[Entry]]]:
    """Chapters that follow one another in a volume; outside of any it is empty."""
    return [
        (title, list(some)) for title, some in groupby(chapters, key=lambda chapter: (chapter.volume or "").strip())
    ]


def _is_new(chapter: Entry, row: NovelRow, now: datetime) -> bool:
    return not chapter.missing and chapter.created_at > max(now - NEW, row.created_at + AT_FIRST)
