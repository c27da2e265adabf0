"""SQL that asks what has happened to jobs since a moment: who asks again and again misses nothing and is told nothing twice.

Events get their ids when they are written and are seen when they are committed. Of one job that is the same order, since its row is
locked meanwhile, and its last id says how far somebody was told. Over all jobs it is not: an event may appear below one that was
seen long ago. There the moment is PostgreSQL's own snapshot, which knows the transactions that had been committed, and each event
the transaction that wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Text, TextClause, bindparam, cast, func, or_, select, text, update
from sqlalchemy.orm import Session

from ingestion.models import JobEvent

_SNAPSHOT = r"\d{1,18}:\d{1,18}:(?:\d{1,18}(?:,\d{1,18})*)?"
_MARK = re.compile(rf"({_SNAPSHOT})~({_SNAPSHOT})~(\d{{1,18}})", re.ASCII)
#: PostgreSQL's id of a transaction that everybody has seen.
FROZEN = 2


@dataclass(frozen=True, slots=True)
class Mark:
    """How far somebody was told: all that snapshot `before` saw, and of what `now` saw the events up to the id `event`."""

    before: str
    now: str
    event: int

    def __str__(self) -> str:
        return f"{self.before}~{self.now}~{self.event}"

    def at(self, event_id: int, later: Mark) -> Mark:
        """When an event has been told of those that were asked for since this mark, up to `later`."""
        return Mark(self.before, later.now, event_id)

    def is_foreign(self, here: Mark) -> bool:
        """Whether it was made by another database than `here`, for this one has not come so far."""
        return _bounds(self.now)[1] > _bounds(here.now)[1]


def mark(told: str) -> Mark:
    """The mark that was told as a text. Raises ValueError for one that PostgreSQL would not take."""
    found = _MARK.fullmatch(told)
    if found is None or not all(map(_can_be, found.group(1, 2))):
        raise ValueError(f"{told!r} is no id of this feed's")
    return Mark(found[1], found[2], int(found[3]))


def _can_be(snapshot: str) -> bool:
    """Whether PostgreSQL would take it: the transactions that were under way stand in order, between the bounds."""
    first, end = _bounds(snapshot)
    under_way = [int(number) for number in snapshot.split(":")[2].split(",") if number]
    return 0 < first <= end and under_way == sorted(under_way) and all(first <= one < end for one in under_way)


def since(session: Session, last: Mark | None) -> tuple[Sequence[JobEvent], Mark]:
    """The events since then by id, none for None, and the mark behind them. Begins the transaction, which sees no more than that.

    For None, events that a backup brought from a server that was further are settled: they would be news at each later look.
    """
    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    now = session.scalars(select(cast(func.pg_current_snapshot(), Text))).one()
    here = Mark(now, now, 0)
    if last is not None:
        return after(session, last), here
    _settle_restored(session, here)
    return [], here


def after(session: Session, last: Mark, *, limit: int | None = None) -> Sequence[JobEvent]:
    """The events that whoever was told up to `last` was not told, by id, at most `limit`."""
    query = select(JobEvent).where(
        JobEvent.transaction_id >= _bounds(last.before)[0],
        _unseen_by(last.before),
        or_(JobEvent.id > last.event, _unseen_by(last.now)),
    )
    return session.scalars(query.order_by(JobEvent.id).limit(limit)).all()


def _settle_restored(session: Session, here: Mark) -> None:
    ahead = update(JobEvent).where(JobEvent.transaction_id >= _bounds(here.now)[1])
    session.execute(ahead.values(transaction_id=FROZEN))


def _unseen_by(snapshot: str) -> TextClause:
    seen = text("NOT pg_visible_in_snapshot(job_event.transaction_id::text::xid8, CAST(:seen AS pg_snapshot))")
    return seen.bindparams(bindparam("seen", snapshot, unique=True))


def _bounds(snapshot: str) -> tuple[int, int]:
    """The first transaction that it may not have seen, and the first that it cannot have."""
    first, end, _ = snapshot.split(":")
    return int(first), int(end)
