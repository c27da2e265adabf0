"""Followed novels, and time that passes for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select, update

from ingestion import db, updates
from ingestion.models import Follow, Job, NovelRow
from ingestion.status import JobStatus

HOUR = timedelta(hours=1)


def novels(count: int) -> Sequence[NovelRow]:
    """Novels in the library, each at a host of its own."""
    with db.transaction() as session:
        for n in range(count):
            url = f"https://example{n}.org/novel"
            told = {"site": "generic", "key": url, "title": f"Novel {n}", "authors": [], "tags": [], "confidence": 1}
            session.add(NovelRow(url=url, index_url=url, **told))
        session.flush()
        return session.scalars(select(NovelRow).order_by(NovelRow.id)).all()


def followed(count: int = 1, every: timedelta | None = 6 * HOUR) -> None:
    found = novels(count)
    with db.transaction() as session:
        for novel in found:
            updates.follow(session, novel, every)


def let_time_pass(span: timedelta = timedelta(days=400)) -> None:
    """The time is the database's: what is next comes nearer."""
    with db.transaction() as session:
        session.execute(update(Follow).values(next_at=Follow.next_at - span))


def end(job_id: int, status: JobStatus = JobStatus.DONE, new: int = 0) -> None:
    with db.transaction() as session:
        values = {"status": status, "chapters_new": new, "updated_at": func.now()}
        session.execute(update(Job).where(Job.id == job_id).values(values))


def jobs() -> list[Job]:
    with db.transaction() as session:
        return list(session.scalars(select(Job).order_by(Job.id)))
