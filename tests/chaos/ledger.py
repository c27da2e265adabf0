"""Reads the database into the checker's records."""

from __future__ import annotations

from collections import defaultdict
from urllib.parse import urlsplit

import zstandard
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from ingestion.models import ChapterRevision, ChapterRow, Job, JobEvent, NovelRow, Page
from tests.chaos.novels import version_of, words
from tests.chaos.records import ChapterRecord, EventRecord, JobRecord, NovelRecord, PageRecord, Seen, Story


def read(engine: Engine) -> Story:
    """All tables as records: a story without what happened around them."""
    with Session(engine) as session:
        return Story(
            jobs=tuple(map(_job, session.scalars(select(Job).order_by(Job.id)))),
            events=tuple(map(_event, session.scalars(select(JobEvent).order_by(JobEvent.id)))),
            novels=tuple(NovelRecord(id=n.id, path=_path(n.url)) for n in session.scalars(select(NovelRow))),
            chapters=_chapters(session),
            pages=tuple(map(_page, session.scalars(select(Page)))),
        )


def texts(engine: Engine) -> frozenset[Seen]:
    """Every chapter's text that is in the library now."""
    with Session(engine) as session:
        rows = session.execute(select(ChapterRow.url, ChapterRow.content).where(ChapterRow.content.is_not(None)))
        return frozenset(Seen(path=_path(url), text=words(content)) for url, content in rows if content)


def _job(row: Job) -> JobRecord:
    return JobRecord(
        id=row.id,
        path=_path(row.source_url),
        status=row.status,
        attempt=row.attempt,
        refresh=row.refresh,
        novel_id=row.novel_id,
        error_kind=row.error_kind,
        error_message=row.error_message,
        created_at=row.created_at.timestamp(),
        fresh_since=row.fresh_since.timestamp(),
    )


def _event(row: JobEvent) -> EventRecord:
    return EventRecord(
        id=row.id,
        job_id=row.job_id,
        attempt=row.attempt,
        status=row.status,
        message=row.message,
        at=row.created_at.timestamp(),
    )


def _chapters(session: Session) -> tuple[ChapterRecord, ...]:
    earlier: dict[int, list[str]] = defaultdict(list)
    for old in session.scalars(select(ChapterRevision).order_by(ChapterRevision.revision)):
        earlier[old.chapter_id].append(words(old.content))
    return tuple(
        ChapterRecord(
            novel_id=row.novel_id,
            key=row.key,
            path=_path(row.url),
            position=row.position,
            text=None if row.content is None else words(row.content),
            missing_kind=row.missing_kind,
            gone=row.gone_at is not None,
            earlier=tuple(earlier[row.id]),
        )
        for row in session.scalars(select(ChapterRow).order_by(ChapterRow.id))
    )


def _page(row: Page) -> PageRecord:
    body = zstandard.ZstdDecompressor().decompress(row.body)
    return PageRecord(
        path=_path(row.url), status=row.status, version=version_of(body), rejected=row.rejected_at is not None
    )


def _path(url: str) -> str:
    return urlsplit(url).path
