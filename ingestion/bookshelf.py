"""SQL that asks about the library: novels, their chapters in reading order, what they said before. It changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, defer

from ingestion.models import ChapterRevision, ChapterRow, NovelRow


def get(session: Session, novel_id: int) -> NovelRow | None:
    """The novel, or None."""
    return session.get(NovelRow, novel_id)


def page(session: Session, *, before: int | None, limit: int) -> Sequence[NovelRow]:
    """At most `limit` novels, newest first, from below id `before`."""
    query = select(NovelRow).order_by(NovelRow.id.desc()).limit(limit)
    return session.scalars(query if before is None else query.where(NovelRow.id < before)).all()


def by_id(session: Session, novel_ids: Collection[int]) -> dict[int, NovelRow]:
    """Those of these novels that there are."""
    query = select(NovelRow).where(NovelRow.id.in_(novel_ids))
    return {novel.id: novel for novel in session.scalars(query)} if novel_ids else {}


def counts(session: Session, novel_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """For each novel, how many chapters have a text and how many do not."""
    has_text = func.count(ChapterRow.content)
    query = (
        select(ChapterRow.novel_id, has_text, func.count() - has_text)
        .where(ChapterRow.novel_id.in_(novel_ids))
        .group_by(ChapterRow.novel_id)
    )
    return {novel_id: (saved, missing) for novel_id, saved, missing in session.execute(query)}


def per_site(session: Session) -> dict[str, int]:
    """How many novels each spider has read, by its name."""
    query = select(NovelRow.site, func.count()).group_by(NovelRow.site)
    return {site: count for site, count in session.execute(query)}


def chapters(session: Session, novel_id: int, *, after: tuple[int, int] | None, limit: int) -> Sequence[ChapterRow]:
    """At most `limit` chapters in reading order, without their texts, from behind the place `after` (position, id)."""
    texts = defer(ChapterRow.content), defer(ChapterRow.notes_before), defer(ChapterRow.notes_after)
    query = select(ChapterRow).where(ChapterRow.novel_id == novel_id).options(*texts)
    if after is not None:
        query = query.where(tuple_(ChapterRow.position, ChapterRow.id) > after)
    return session.scalars(query.order_by(ChapterRow.position, ChapterRow.id).limit(limit)).all()


def chapter(session: Session, chapter_id: int) -> ChapterRow | None:
    """The chapter with its text, or None."""
    return session.get(ChapterRow, chapter_id)


def of_site(session: Session, site: str | None) -> Sequence[NovelRow]:
    """The novels of a site, given by its spider's name or by its host; all of them for None."""
    query = select(NovelRow).order_by(NovelRow.id)
    if site is not None:
        query = query.where((NovelRow.site == site) | (func.split_part(NovelRow.url, "/", 3) == site))
    return session.scalars(query).all()


def newest_by_site(session: Session, site: str | None) -> list[tuple[NovelRow, ChapterRow]]:
    """The newest chapter that is readable and still at the site, of each spider's host; `site` as in `of_site`."""
    host = func.split_part(ChapterRow.url, "/", 3)
    newest = select(func.max(ChapterRow.id)).join(NovelRow, ChapterRow.novel_id == NovelRow.id)
    newest = newest.where(ChapterRow.content.is_not(None), ChapterRow.gone_at.is_(None))
    if site is not None:
        newest = newest.where((NovelRow.site == site) | (host == site))
    query = select(NovelRow, ChapterRow).join(ChapterRow, ChapterRow.novel_id == NovelRow.id)
    query = query.where(ChapterRow.id.in_(newest.group_by(NovelRow.site, host))).order_by(NovelRow.site, host)
    return [(novel, chapter) for novel, chapter in session.execute(query)]


def revisions(session: Session, chapter_id: int) -> Sequence[ChapterRevision]:
    """What the chapter said before, oldest first."""
    query = select(ChapterRevision).where(ChapterRevision.chapter_id == chapter_id)
    return session.scalars(query.order_by(ChapterRevision.revision)).all()
