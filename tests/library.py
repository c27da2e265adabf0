"""Post, work, look: what a test of the main job does again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ingestion import bookshelf, db, intake, sanitize
from ingestion.models import ChapterRow, Job
from ingestion.status import Refresh
from tests.sites.samples import SampleNovel, make_novel

Work = Callable[[], None]


def ingest(url: str, work: Work, *, refresh: Refresh = Refresh.NEW) -> Job:
    """Post, work, and look how it ended."""
    job_id = intake.submit(url, refresh=refresh).job.id
    work()
    with db.transaction() as session:
        return session.get_one(Job, job_id)


def library(job: Job) -> list[ChapterRow]:
    """The novel's chapters in reading order, texts included."""
    assert job.novel_id is not None, job.error_message
    with db.transaction() as session:
        listed = bookshelf.chapters(session, job.novel_id, after=None, limit=1000)
        return [session.get_one(ChapterRow, row.id, populate_existing=True) for row in listed]


def holes(job: Job) -> dict[str, tuple[str | None, str]]:
    """Why chapters have no text, by title: the kind, and the reason."""
    return {row.title: (row.missing_kind, row.missing_reason or "") for row in library(job) if row.content is None}


def contents(names: Iterable[str]) -> str:
    """An index page: a chapter of each name, at the path that is its number."""
    return "".join(f"<li><a href='/{n}'>Chapter {name}</a></li>" for n, name in enumerate(names)).join(
        ("<ol>", "</ol>")
    )


def words(fragment: str | None) -> list[str]:
    return sanitize.text(fragment or "").split()


def novel() -> SampleNovel:
    return make_novel(chapters=6, title="The Lamp on the Weir", seed=3)
