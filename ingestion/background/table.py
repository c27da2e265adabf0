"""SQL about background tasks. A step is a compare-and-set on the row, fenced by the attempt, as a job's is; nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, Row, cast, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from ingestion.errors import Crashed, IngestionError, LeaseLost
from ingestion.models import IS_OPEN, Task
from ingestion.redaction import tellable, tellable_in
from ingestion.retry import Backoff
from ingestion.status import TaskStatus

FRESH = {"populate_existing": True}
UNSYNCHRONISED = {"synchronize_session": False}
UNCLAIMED: dict[str, Any] = {"status": TaskStatus.QUEUED, "lease_expires_at": None, "worker": None}

# By whoever wants something done, or asks -----------------------------------------------------------------------------


def submit(
    session: Session, kind: str, args: dict[str, Any], *, once: str | None = None, wait_seconds: float = 0
) -> tuple[Task, bool]:
    """A new task, or the unfinished one of this kind and `once` that is already there; True when it is new. It may be told to wait."""
    not_before = _from_now(wait_seconds) if wait_seconds else None
    statement = (
        upsert(Task)
        .values(kind=kind, args=args, once=once, not_before=not_before)
        .on_conflict_do_nothing(index_elements=[Task.kind, Task.once], index_where=IS_OPEN)
        .returning(Task)
    )
    existing = select(Task).where(Task.kind == kind, Task.once == once, IS_OPEN)
    while True:
        if task := session.scalars(statement).one_or_none():
            return task, True
        # The other task may end between the two statements; then the next round inserts.
        if task := session.scalars(existing).one_or_none():
            return task, False


def get(session: Session, task_id: int) -> Task | None:
    """The task, or None."""
    return session.get(Task, task_id)


def page(session: Session, *, kind: str | None = None, status: TaskStatus | None = None, limit: int) -> Sequence[Task]:
    """At most `limit` tasks, newest first, of this kind and status."""
    query = select(Task).order_by(Task.id.desc()).limit(limit)
    if kind is not None:
        query = query.where(Task.kind == kind)
    return session.scalars(query if status is None else query.where(Task.status == status)).all()


def unfinished(session: Session, kind: str) -> int:
    """How many tasks of this kind are not over."""
    return session.scalar(select(func.count()).where(Task.kind == kind, IS_OPEN)) or 0


def claimable(session: Session, kinds: Collection[str], *, but: Collection[int], limit: int) -> Sequence[Task]:
    """At most `limit` tasks of these kinds that a worker may claim now, oldest first, but those with these ids."""
    query = select(Task).where(Task.status == TaskStatus.QUEUED, _is_due(), Task.kind.in_(kinds), Task.id.not_in(but))
    return session.scalars(query.order_by(Task.id).limit(limit)).all()


def waiting(session: Session) -> Sequence[Row[str, bool, int, float]]:
    """Of the QUEUED tasks: kind, whether they are due, how many they are, and the seconds since the oldest was asked for."""
    queued = (
        select(Task.kind, Task.created_at, _is_due().label("due")).where(Task.status == TaskStatus.QUEUED).subquery()
    )
    age = cast(func.extract("epoch", func.now() - func.min(queued.c.created_at)), Float)
    return session.execute(
        select(queued.c.kind, queued.c.due, func.count(), age).group_by(queued.c.kind, queued.c.due)
    ).all()


def lost(session: Session) -> int:
    """How many tasks are at work in an attempt that has given no sign of life for a lease."""
    over = Task.lease_expires_at < func.now()
    return session.scalar(select(func.count()).where(Task.status == TaskStatus.RUNNING, over)) or 0


def run_by(session: Session, task_id: int, worker: str) -> Task | None:
    """The task, if the process `worker` owns it now."""
    return session.scalar(
        select(Task).where(Task.id == task_id, Task.worker == worker, Task.status == TaskStatus.RUNNING)
    )


# An attempt's life ----------------------------------------------------------------------------------------------------


def claim(session: Session, task_id: int, *, worker: str, lease_seconds: float) -> Task | None:
    """Take a QUEUED task: a new attempt, and a lease. None when it is not to be had."""
    values = {"attempt": Task.attempt + 1, "worker": worker, "lease_expires_at": _from_now(lease_seconds)}
    free = update(Task).where(Task.id == task_id, Task.status == TaskStatus.QUEUED, _is_due())
    claimed = free.values(status=TaskStatus.RUNNING, not_before=None, **values).returning(Task)
    return session.scalars(claimed, execution_options=FRESH).one_or_none()


def renew(session: Session, task_id: int, attempt: int, /, *, lease_seconds: float, **_: int | str | None) -> None:
    """Keep the lease. Raises LeaseLost."""
    _move(session, task_id, attempt, {"lease_expires_at": _from_now(lease_seconds)})


def hold(session: Session, task_id: int, attempt: int, /) -> None:
    """Keep the task with this attempt until the transaction ends: what it writes is written by the owner. Raises LeaseLost."""
    owned = select(Task.id).where(Task.id == task_id, Task.attempt == attempt, Task.status == TaskStatus.RUNNING)
    if session.scalar(owned.with_for_update()) is None:
        raise _lost(task_id, attempt)


def finish(session: Session, task_id: int, attempt: int, result: dict[str, Any], *, keep_seconds: float) -> None:
    """RUNNING to DONE. Raises LeaseLost."""
    clean = {"result": tellable_in(result), "error_kind": None, "error_message": None}
    _move(session, task_id, attempt, {"status": TaskStatus.DONE} | clean | _ended(keep_seconds))


def fail(session: Session, task: Task, error: IngestionError, backoff: Backoff, *, keep_seconds: float) -> TaskStatus:
    """End an attempt that `error` stopped: back to QUEUED after a rest, or to ERROR when that makes no sense. Raises LeaseLost."""
    told = {"error_kind": error.kind, "error_message": tellable(str(error))}
    rest = backoff.rest(error, task.attempt - task.released)
    if rest is None:
        _move(session, task.id, task.attempt, {"status": TaskStatus.ERROR} | told | _ended(keep_seconds))
        return TaskStatus.ERROR
    _move(session, task.id, task.attempt, UNCLAIMED | told | {"not_before": _from_now(rest)})
    return TaskStatus.QUEUED


def release(session: Session, task: Task) -> None:
    """Put a running task back to QUEUED through no fault of its own: the attempt is not spent. Raises LeaseLost."""
    _move(session, task.id, task.attempt, UNCLAIMED | {"released": Task.released + 1})


def expired(session: Session, kinds: Collection[str], *, dead: tuple[int, str] | None = None) -> Sequence[Task]:
    """The running tasks whose lease has run out, locked; with `dead`, a task's id and its worker's name, that one whatever its lease."""
    over = Task.lease_expires_at < func.now() if dead is None else tuple_(Task.id, Task.worker) == dead
    query = select(Task).where(Task.status == TaskStatus.RUNNING, Task.kind.in_(kinds), over)
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def bury(session: Session, task: Task, backoff: Backoff, *, keep_seconds: float) -> TaskStatus:
    """Take a task from an attempt that stopped without a word: the first goes on at once, later ones rest, the last is an ERROR."""
    lost = f"attempt {task.attempt} on {task.worker} stopped without a word"
    spent = task.attempt - task.released
    if spent == 1 < backoff.max_attempts:  # most likely its machine's or its worker's end
        _move(session, task.id, task.attempt, UNCLAIMED)
        return TaskStatus.QUEUED
    told = Crashed(f"{lost}, and is number {spent} of {backoff.max_attempts} that failed; see the worker's log")
    return fail(session, task, told, backoff, keep_seconds=keep_seconds)


def prune(session: Session) -> int:
    """Forget the tasks whose results have been kept for long enough; how many."""
    gone = delete(Task).where(Task.kept_until < func.now()).returning(Task.id)
    return len(session.scalars(gone, execution_options=UNSYNCHRONISED).all())


def _move(session: Session, task_id: int, attempt: int, values: dict[str, Any]) -> None:
    owned = update(Task).where(Task.id == task_id, Task.attempt == attempt, Task.status == TaskStatus.RUNNING)
    moved = owned.values(**values).returning(Task.id)
    if session.scalar(moved, execution_options=UNSYNCHRONISED) is None:
        raise _lost(task_id, attempt)


def _lost(task_id: int, attempt: int) -> LeaseLost:
    return LeaseLost(f"task {task_id}: attempt {attempt} no longer owns it")


def _ended(keep_seconds: float) -> dict[str, Any]:
    return {"ended_at": func.now(), "kept_until": _from_now(keep_seconds), "lease_expires_at": None}


def _is_due() -> ColumnElement[bool]:
    """Its rest after a failure is over."""
    return or_(Task.not_before.is_(None), Task.not_before <= func.now())


def _from_now(seconds: float) -> ColumnElement[Any]:
    return func.now() + timedelta(seconds=seconds)
