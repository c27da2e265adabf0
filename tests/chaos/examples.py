"""A small story in which nothing is wrong, and the parts to make others of."""

from __future__ import annotations

from typing import Any

from ingestion.status import JobStatus, Refresh
from tests.chaos.records import ChapterRecord, EventRecord, JobRecord, NovelRecord, PageRecord, Seen, Served, Story

INDEX, ONE, TWO = "/0/index.html", "/0/chapters/1.html", "/0/chapters/2.html"
WALK = (JobStatus.QUEUED, JobStatus.CRAWLING, JobStatus.PARSING, JobStatus.SAVING, JobStatus.DONE)


def job(**change: Any) -> JobRecord:
    """A job that is DONE."""
    values: dict[str, Any] = {"id": 1, "path": INDEX, "status": JobStatus.DONE, "attempt": 1, "refresh": Refresh.NEW}
    values |= {"novel_id": 1, "error_kind": None, "error_message": None, "created_at": 100.0, "fresh_since": 100.0}
    return JobRecord(**values | change)


def events(*steps: tuple[int, JobStatus], job_id: int = 1, start: float = 100.0) -> tuple[EventRecord, ...]:
    """A timeline, a second for each step."""
    return tuple(
        EventRecord(id=job_id * 100 + n, job_id=job_id, attempt=attempt, status=status, message="", at=start + n)
        for n, (attempt, status) in enumerate(steps)
    )


def walk(*, attempt: int = 1) -> tuple[tuple[int, JobStatus], ...]:
    """The steps of a job that nothing disturbed."""
    return ((attempt - 1, JobStatus.QUEUED), *((attempt, status) for status in WALK[1:]))


def chapter(path: str, position: int, **change: Any) -> ChapterRecord:
    """A chapter with its text."""
    values: dict[str, Any] = {"novel_id": 1, "key": path, "path": path, "position": position, "text": f"text of {path}"}
    return ChapterRecord(**values | {"missing_kind": None, "gone": False} | change)


def answer(path: str, at: float = 101.5, **change: Any) -> Served:
    """The site gives a page."""
    values: dict[str, Any] = {"path": path, "at": at, "status": 200, "text": f"text of {path}"}
    return Served(**values | change)


def stored(path: str, **change: Any) -> PageRecord:
    """A page in the store."""
    values: dict[str, Any] = {"path": path, "status": 200, "version": 1, "rejected": False}
    return PageRecord(**values | change)


CLEAN = Story(
    jobs=(job(),),
    events=events(*walk()),
    novels=(NovelRecord(id=1, path=INDEX),),
    chapters=(chapter(ONE, 1), chapter(TWO, 2)),
    pages=(stored(INDEX), stored(ONE), stored(TWO)),
    accepted=frozenset({1}),
    served=(answer(INDEX, text="", listed=(ONE, TWO)), answer(ONE), answer(TWO)),
    seen=frozenset({Seen(path=ONE, text=f"text of {ONE}")}),
)
