"""One look at PostgreSQL for everybody who listens: what happened since the last one, and what each newcomer begins with.

All of it is one snapshot. What a newcomer begins with is therefore exactly what the others have been told by then, and from
the next look on he is told the same as they are: no gap, and nothing twice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from ingestion import db, feed, joblist
from ingestion.api.live import messages
from ingestion.api.live.messages import Change, Message, Wish
from ingestion.feed import Mark

#: Jobs that a snapshot of all of them shows, the newest; and events that somebody who comes back is told one by one.
MOST_JOBS = 200
MOST_EVENTS = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What happened, what each newcomer is told first (None: his job has ended, and he knows), and how far this went."""

    changes: list[Change]
    welcomes: list[list[Message] | None]
    mark: Mark


def look(last: Mark | None, moved: Collection[int] | None, newcomers: Sequence[Wish]) -> Seen:
    """Everything since `last`, with the progress of the jobs that `moved`; for None, of all that run. Nothing, for no `last`."""
    with db.transaction() as session:
        events, mark = feed.since(session, last)
        ids = {event.job_id for event in events} | set(joblist.running(session) if moved is None else moved)
        jobs = joblist.by_id(session, ids)
        return Seen(
            changes=messages.changes(list(events), jobs, last or mark, mark),
            welcomes=[_welcome(session, wish, mark) for wish in newcomers],
            mark=mark,
        )


def _welcome(session: Session, wish: Wish, here: Mark) -> list[Message] | None:
    return _to_all(session, wish, here) if wish.job_id is None else _to_one(session, wish, wish.job_id, here)


def _to_one(session: Session, wish: Wish, job_id: int, here: Mark) -> list[Message] | None:
    job, newest = joblist.get(session, job_id), joblist.last_event(session, job_id)
    if job is None:
        return None
    if not isinstance(wish.since, int) or wish.since > newest:
        return [messages.snapshot_of_one(newest, job)]
    missed = joblist.events(session, job_id, after=wish.since)
    if not missed and messages.has_ended(job):
        return None
    return [change.told(wish) for change in messages.changes(list(missed), {job_id: job}, here, here) if change.event]


def _to_all(session: Session, wish: Wish, here: Mark) -> list[Message]:
    if isinstance(wish.since, Mark) and not wish.since.is_foreign(here):
        missed = feed.after(session, wish.since, limit=MOST_EVENTS + 1)
        if len(missed) <= MOST_EVENTS:
            jobs = joblist.by_id(session, {event.job_id for event in missed})
            told = messages.changes(list(missed), jobs, wish.since, here)
            return [change.told(wish) for change in told if wish.meets(change.job, change.status)]
    found = joblist.page(session, statuses=wish.statuses, site=wish.site, limit=MOST_JOBS)
    return [messages.snapshot_of_all(here, found)]
