"""Makes the update jobs of the followed novels that are due, and learns from those that have ended.

Each is one transaction on a locked row, so that it does not matter how many processes do it at once, or where one is killed:
the job and the time of the next look are there together, or not at all.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from ingestion import config, db, follows, intake, jobs, rhythm, urls
from ingestion.crashpoints import Point, reach
from ingestion.models import Follow, Job, NovelRow
from ingestion.quiet import Quiet
from ingestion.status import JobStatus, Priority, Refresh

log = structlog.get_logger(__name__)

#: Jobs that one call makes at the most: after an outage all novels may be due at once.
MOST = 200


def follow(session: Session, novel: NovelRow, every: timedelta | None) -> Follow:
    """Look at the novel from time to time: `every` so often or, for None, by its own rhythm."""
    history = follows.history(session, novel, every=every)
    first = rhythm.first_look(history, now=follows.now(session), place=rhythm.place(novel.id), quiet=_quiet())
    return follows.put(session, novel.id, every=every, next_at=first)


def make() -> int:
    """Learn from what has ended, and make the jobs of what is due; how many it saw to. Raises SQLAlchemyError in an outage."""
    while _learn():
        pass
    made = 0
    while made < MOST and _make():
        made += 1
    return made


def _learn() -> bool:
    """Note how a look at a novel ended, and set the time of the next one; False when there is none to learn from."""
    with db.transaction() as session:
        found = follows.looked_at(session)
        if found is None:
            return False
        follow, novel, job = found
        follow.checked_at = job.updated_at
        follow.failures = 0 if job.status is JobStatus.DONE else follow.failures + 1
        if job.chapters_new:
            follow.changed_at = job.updated_at
        follow.next_at = _next(session, follow, novel)
    return True


def _make() -> bool:
    """Make the job of a novel that is due, or put it off until the quiet hours end; False when none is due."""
    with db.transaction() as session:
        found = follows.due(session)
        if found is None:
            return False
        follow, novel = found
        now, quiet = follows.now(session), _quiet()
        later = quiet.after(now, rhythm.place(novel.id)) if quiet else now
        job = _job(session, follow, novel) if later == now else None
        # What is learned when the job has ended comes in this one's place.
        follow.next_at = later if later > now else _next(session, follow, novel)
    if job is not None:
        reach(Point.JOB_CREATED)
        intake.push(job)
    return True


def _job(session: Session, follow: Follow, novel: NovelRow) -> Job | None:
    """The novel's update job, if it is a new one. One that is unfinished will do, whoever wanted it."""
    url = novel.index_url or novel.url
    try:
        canonical = urls.canonical(url)
    except urls.UnusableURL as reason:
        log.warning("a followed novel cannot be looked at", novel=novel.id, reason=str(reason))
        follow.failures += 1
        return None
    job, created = jobs.create(
        session,
        source_url=urls.web(url) or canonical,
        canonical_url=canonical,
        priority=Priority.LOW,
        refresh=Refresh.CHANGED,
    )
    follow.job_id = job.id
    return job if created else None


def _next(session: Session, follow: Follow, novel: NovelRow) -> datetime:
    history = follows.history(session, novel, every=follows.every(follow), failures=follow.failures)
    return rhythm.next_look(history, now=follows.now(session), place=rhythm.place(novel.id), quiet=_quiet())


def _quiet() -> Quiet | None:
    hours = config.settings().follow_quiet_hours
    return Quiet.of(hours) if hours else None
