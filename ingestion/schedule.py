"""SQL about who acts as the scheduler: one process at a time, by a lease on the only row of its table. No function here commits.

A row works behind a pooler of transactions, where a lock that a session holds would not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from ingestion.models import SchedulerRow

ONLY = 1
#: Without a sign of life for so long the scheduler that acts is taken for dead, and another one acts.
LEASE = timedelta(seconds=60)
_IS_ALIVE = SchedulerRow.holder.is_not(None) & (SchedulerRow.beat_at > func.now() - LEASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """The scheduler that acted last: its name (host:pid:…), since when, its last sign of life, and whether it is taken for alive."""

    holder: str
    since: datetime
    beat_at: datetime
    alive: bool


def hold(session: Session, holder: str) -> dict[str, timedelta] | None:
    """Act as the scheduler, or go on to: how long ago each chore was last done. None while another one acts."""
    values = {"id": ONLY, "holder": holder, "since": func.now(), "beat_at": func.now()}
    kept = case((SchedulerRow.holder == holder, SchedulerRow.since), else_=func.now())
    statement = upsert(SchedulerRow).values(**values)
    taken = statement.on_conflict_do_update(
        index_elements=[SchedulerRow.id],
        set_={"holder": holder, "since": kept, "beat_at": func.now()},
        where=(SchedulerRow.holder == holder) | ~func.coalesce(_IS_ALIVE, False),
    )
    found = session.execute(taken.returning(SchedulerRow.done, func.now())).one_or_none()
    return None if found is None else {name: found[1] - datetime.fromisoformat(at) for name, at in found[0].items()}


def note(session: Session, holder: str, chore: str) -> bool:
    """Write down that a chore is done now; False where another scheduler has taken over."""
    ours = SchedulerRow.id == ONLY, SchedulerRow.holder == holder
    done = SchedulerRow.done.concat(func.jsonb_build_object(chore, func.now()))
    statement = update(SchedulerRow).where(*ours).values(done=done, beat_at=func.now()).returning(SchedulerRow.id)
    return session.scalar(statement, execution_options={"synchronize_session": False}) is not None


def leave(session: Session, holder: str) -> None:
    """Let another scheduler act at once."""
    session.execute(update(SchedulerRow).where(SchedulerRow.holder == holder).values(holder=None))


def standing(session: Session) -> Standing | None:
    """Who acts as the scheduler; None when nobody does, since it has left or there never was one."""
    columns = SchedulerRow.holder, SchedulerRow.since, SchedulerRow.beat_at, _IS_ALIVE.label("alive")
    row = session.execute(select(*columns).where(SchedulerRow.holder.is_not(None))).mappings().one_or_none()
    return None if row is None else Standing(**row)
