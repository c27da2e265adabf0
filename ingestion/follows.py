"""SQL about followed novels: which there are, which are due, which were looked at. No function here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from ingestion.models import ChapterRow, Follow, Job, NovelRow
from ingestion.rhythm import History
from ingestion.status import UNFINISHED, JobStatus

#: Releases that tell of a rhythm, and chapters that are looked at for them: several may come together.
NEWEST = 60


def put(session: Session, novel_id: int, *, every: timedelta | None, next_at: datetime) -> Follow:
    """Follow a novel from now on, or at another rhythm than before."""
    values = {"every_seconds": every and round(every.total_seconds()), "next_at": next_at, "failures": 0}
    statement = upsert(Follow).values(novel_id=novel_id, **values)
    anew = statement.on_conflict_do_update(index_elements=[Follow.novel_id], set_=values)
    return session.scalars(anew.returning(Follow), execution_options={"populate_existing": True}).one()


def drop(session: Session, novel_id: int) -> bool:
    """Follow it no more; whether it was followed."""
    return session.scalar(delete(Follow).where(Follow.novel_id == novel_id).returning(Follow.novel_id)) is not None


def get(session: Session, novel_id: int) -> Follow | None:
    """How a novel is followed; None when it is not."""
    return session.get(Follow, novel_id)


def page(session: Session, *, before: int | None = None, limit: int) -> Sequence[tuple[Follow, NovelRow]]:
    """At most `limit` followed novels, the newest first, from below the id `before`."""
    query = select(Follow, NovelRow).join_from(Follow, NovelRow).order_by(Follow.novel_id.desc()).limit(limit)
    rows = session.execute(query if before is None else query.where(Follow.novel_id < before))
    return [(follow, novel) for follow, novel in rows]


def unfollowed(session: Session) -> Sequence[NovelRow]:
    """The novels that are not followed."""
    there = exists().where(Follow.novel_id == NovelRow.id)
    return session.scalars(select(NovelRow).where(~there).order_by(NovelRow.id)).all()


def history(session: Session, novel: NovelRow, *, every: timedelta | None, failures: int = 0) -> History:
    """What is known of a novel's releases; a chapter without a date counts from when it was first seen."""
    released = func.coalesce(ChapterRow.published_at, ChapterRow.created_at)
    query = select(released).where(ChapterRow.novel_id == novel.id, released <= func.now())
    found = session.scalars(query.order_by(released.desc()).limit(NEWEST)).all()
    return History(releases=found, status=novel.status, every=every, failures=failures)


def every(follow: Follow) -> timedelta | None:
    """How often the reader wants the novel to be looked at; None for its own rhythm."""
    return None if follow.every_seconds is None else timedelta(seconds=follow.every_seconds)


def now(session: Session) -> datetime:
    """The database's time, so that no machine's clock matters."""
    found: datetime = session.scalars(select(func.now())).one()
    return found


def due(session: Session) -> tuple[Follow, NovelRow] | None:
    """A novel that is to be looked at, locked until the transaction ends; None when there is none that nobody else is at.

    One whose last update job has not ended (its host is paused, it rests after a failure) is not due.
    """
    busy = exists().where(Job.id == Follow.job_id, Job.status.in_(UNFINISHED))
    query = select(Follow, NovelRow).join_from(Follow, NovelRow).where(Follow.next_at <= func.now(), ~busy)
    locked = query.order_by(Follow.next_at).limit(1).with_for_update(of=Follow, skip_locked=True)
    row = session.execute(locked).one_or_none()
    return None if row is None else (row[0], row[1])


def looked_at(session: Session) -> tuple[Follow, NovelRow, Job] | None:
    """A novel whose last update job has ended since that was noted, locked as by `due`; None when there is none."""
    ended = Job.status.in_({JobStatus.DONE, JobStatus.ERROR})
    unknown = or_(Follow.checked_at.is_(None), Follow.checked_at < Job.updated_at)
    query = select(Follow, NovelRow, Job).join_from(Follow, NovelRow).join(Job, Job.id == Follow.job_id)
    row = session.execute(
        query.where(ended, unknown).limit(1).with_for_update(of=Follow, skip_locked=True)
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2])
