"""/read: a chapter's text, and the way to those beside it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy.orm import Session

from ingestion import bookshelf, db, neighbours, pictures, tongue, urls
from ingestion.api.schemas import Id
from ingestion.models import ChapterRow, NovelRow
from ingestion.pictures import kinds, table
from ingestion.web import text
from ingestion.web.page import Page, root, show

router = APIRouter(route_class=Page)

#: Where words are divided by spaces, people read so many of them in a minute (Brysbaert, "How many words do we read per minute?", 2019).
WORDS_A_MINUTE = 238
#: They are not there, and what is counted as words is none.
WITHOUT_SPACES = {"bo", "ja", "km", "lo", "my", "th", "yue", "zh"}


@router.get("/read/{chapter_id}")
def read(request: Request, chapter_id: Id, q: str = "") -> Response:
    """The chapter's page. `q` is what was searched for when it was found."""
    with db.transaction() as session:
        chapter, novel = _found(session, chapter_id)
        around = _around(session, chapter)
        texts = _texts(session, chapter, root(request))
    about = {
        "chapter": chapter,
        "novel": novel,
        "source": urls.web(chapter.url),
        "minutes": _minutes(chapter, tongue.tag(novel.language)),
    }
    return show(request, "read.html", q=q, **about, **around, **texts)


def _found(session: Session, chapter_id: int) -> tuple[ChapterRow, NovelRow]:
    chapter = bookshelf.chapter(session, chapter_id)
    novel = bookshelf.get(session, chapter.novel_id) if chapter else None
    if chapter is None or novel is None:
        raise HTTPException(404, f"There is no chapter {chapter_id} in this library.")
    return chapter, novel


def _around(session: Session, chapter: ChapterRow) -> dict[str, Any]:
    return {
        "before": neighbours.before(session, chapter),
        "after": neighbours.after(session, chapter),
        "last": neighbours.last_position(session, chapter.novel_id),
        "changed_at": neighbours.replaced_at(session, chapter) if chapter.revision > 1 else None,
    }


def _texts(session: Session, chapter: ChapterRow, prefix: str) -> dict[str, Any]:
    """The chapter's texts for the page, and how many of their pictures are not here."""
    parts = {name: getattr(chapter, name) for name in ("content", "notes_before", "notes_after")}
    shown = pictures.sources(*parts.values())
    names = table.names(session, shown) if shown else {}
    paths = {url: prefix + kinds.path(name) for url, name in names.items()}
    missing = {"pictures": len(shown), "pictures_missing": len(shown) - len(paths)}
    return missing | {name: text.shown(part, paths) for name, part in parts.items()}


def _minutes(chapter: ChapterRow, tag: str) -> int | None:
    """How long it takes to read; None where that cannot be told."""
    if not chapter.words or tongue.primary(tag) in WITHOUT_SPACES:
        return None
    return max(1, round(chapter.words / WORDS_A_MINUTE))
