"""/read/ID/revisions: what a chapter has said, and what an edit changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response

from ingestion import bookshelf, contents, db, edits, sanitize
from ingestion.api.schemas import BIGINT_MAX, Id
from ingestion.edits import Line
from ingestion.models import ChapterRevision, ChapterRow
from ingestion.web.page import Page, show

router = APIRouter(route_class=Page)

#: Unchanged lines that are shown before and after a change.
AROUND = 1
Number = Annotated[int | None, Query(ge=1, le=BIGINT_MAX)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """Lines that follow one another; those that are `folded` say nothing new."""

    folded: bool
    lines: Sequence[Line]


@router.get("/read/{chapter_id}/revisions")
def revisions(request: Request, chapter_id: Id, before: Number = None, after: Number = None) -> Response:
    """The page: two revisions side by side in one text, the newest two unless others are asked for."""
    with db.transaction() as session:
        chapter = bookshelf.chapter(session, chapter_id)
        novel = bookshelf.get(session, chapter.novel_id) if chapter else None
        if chapter is None or novel is None:
            raise HTTPException(404, f"There is no chapter {chapter_id} in this library.")
        known = contents.revisions(session, chapter)
        new = after or (before + 1 if before else chapter.revision)
        texts = [contents.revision(session, chapter, number) for number in (before or new - 1, new)]
        now = db.now(session)
    page = {"chapter": chapter, "novel": novel, "revisions": known, "now": now}
    if len(known) > 1:
        if None in texts:
            raise HTTPException(
                404, f"The chapter has no such revision; it has {', '.join(str(r.number) for r in known)}."
            )
        page |= {"old": texts[0], "new": texts[1], "stretches": list(_stretches(*map(_lines, texts)))}
    return show(request, "revisions.html", **page)


def _lines(text: ChapterRow | ChapterRevision | None) -> list[str]:
    """The title and all that is to be read below it."""
    if text is None:
        return []
    parts = (text.notes_before, text.content, text.notes_after)
    return [text.title, *(line for part in parts for line in sanitize.lines(part or ""))]


def _stretches(before: list[str], after: list[str]) -> Iterator[Stretch]:
    """All lines, those far from any change folded."""
    lines = list(edits.lines(before, after))
    changed = [place for place, line in enumerate(lines) if not edits.is_same(line)]
    near = {place + step for place in changed for step in range(-AROUND, AROUND + 1)}
    for folded, places in groupby(range(len(lines)), key=lambda place: place not in near):
        yield Stretch(folded=folded, lines=[lines[place] for place in places])
