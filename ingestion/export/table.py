"""SQL about what goes into a book. It changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ingestion import pictures
from ingestion.export.book import Book, Facts, Leaf, Text
from ingestion.export.wish import Wish
from ingestion.models import ChapterRow, NovelRow
from ingestion.pictures import table

FACTS = [one.name for one in fields(Facts)]
TEXTS = ChapterRow.content, ChapterRow.notes_before, ChapterRow.notes_after


def book(session: Session, wish: Wish) -> Book | None:
    """The book that is wished for, as it is now; None where there is no such novel, or it has no chapter in that part."""
    novel = session.get(NovelRow, wish.novel_id)
    found = session.execute(_of(wish, *_LEAF).order_by(ChapterRow.position, ChapterRow.id)).all()
    if novel is None or not found:
        return None
    leaves = tuple(_leaf(*row) for row in found)
    shown = table.names(session, [*_shown(session, wish), *filter(None, [novel.cover_url])])
    return Book(
        wish=wish,
        site=novel.site,
        key=novel.key,
        index_url=novel.index_url,
        title=novel.title,
        authors=tuple(novel.authors),
        description=novel.description,
        language=novel.language,
        status=novel.status,
        tags=tuple(novel.tags),
        url=novel.url,
        cover=shown.get(novel.cover_url or ""),
        begun_at=novel.created_at,
        changed_at=max(row.updated_at for row in found),
        leaves=leaves,
        pictures=tuple(sorted(shown.items())),
    )


def texts(session: Session, chapter_ids: Sequence[int]) -> dict[int, Text]:
    """What these chapters say, by id; nothing of one that has no text any more."""
    query = select(ChapterRow.id, *TEXTS).where(ChapterRow.id.in_(chapter_ids), ChapterRow.content.is_not(None))
    return {
        id: Text(content=content or "", notes_before=before, notes_after=after)
        for id, content, before, after in session.execute(query)
    }


_LEAF = (
    ChapterRow.id,
    ChapterRow.key,
    ChapterRow.position,
    ChapterRow.title,
    ChapterRow.volume,
    ChapterRow.matter,
    ChapterRow.url,
    ChapterRow.digest,
    ChapterRow.content.is_(None).label("missing"),
    ChapterRow.updated_at,
    *(getattr(ChapterRow, name) for name in FACTS),
)


def _leaf(id: int, key: str, position: int, title: str, volume: str | None, matter: Any, *rest: Any) -> Leaf:
    url, digest, missing, _, *facts = rest
    return Leaf(
        id=id,
        key=key,
        position=position,
        title=title,
        volume=volume,
        matter=matter,
        url=url,
        digest=digest.hex() if digest else "",
        missing=missing,
        facts=Facts(**dict(zip(FACTS, facts, strict=True))),
    )


def _of(wish: Wish, *columns: Any) -> Select[Any]:
    query = select(*columns).where(ChapterRow.novel_id == wish.novel_id)
    if wish.first is not None:
        query = query.where(ChapterRow.position >= wish.first)
    if wish.last is not None:
        query = query.where(ChapterRow.position <= wish.last)
    return query.where(ChapterRow.volume.in_(wish.volumes)) if wish.volumes else query


def _shown(session: Session, wish: Wish) -> list[str]:
    """The URLs of the pictures in the chapters."""
    illustrated = func.concat(*TEXTS).like("%<img%")
    return pictures.sources(*(text for row in session.execute(_of(wish, *TEXTS).where(illustrated)) for text in row))
