"""perform: one background task from QUEUED to DONE or ERROR. The function that RQ runs in a forked child."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial

import structlog
from rq.timeouts import JobTimeoutException
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ingestion import config, db, logs
from ingestion.background import table
from ingestion.background.kinds import KINDS, Ending, Kind
from ingestion.crashpoints import Point, reach
from ingestion.errors import Crashed, IngestionError, LeaseLost, OutOfTime, Released, Superseded
from ingestion.lease import Lease, StopWish, stopped_by_sigterm, worker_name
from ingestion.models import Task

log = structlog.get_logger(__name__)

#: Characters of an unexpected error's own text that a user is shown.
LONGEST_FAULT = 300
GRACE_SECONDS = 15


def perform(task_id: int) -> str:
    """Do the task `task_id`, an integer; how it ended, in a word. Raises what is a fault of this program's own."""
    with stopped_by_sigterm() as stop:
        task = _claim(int(task_id), stop)
        if task is None:
            log.info("nothing to do: another worker has the task, it has ended, or it is too early", task=task_id)
            return "not claimed"
        reach(Point.TASK_CLAIMED)
        kind = KINDS[task.kind]
        with logs.about(task=task.id, attempt=task.attempt, kind=kind.name, worker=task.worker):
            return _attempt(task, kind, Lease(task, _lease_seconds(kind), stop, rows=table))


def _claim(task_id: int, stop: StopWish) -> Task | None:
    """Claim the task if this worker knows its kind, or find that we have: the answer to a commit may be lost though the commit was not."""
    me = worker_name(os.getpid())

    def claim(session: Session) -> Task | None:
        known = table.get(session, task_id)
        if known is None or known.kind not in KINDS:
            return None
        claimed = table.claim(session, task_id, worker=me, lease_seconds=_lease_seconds(KINDS[known.kind]))
        return claimed or table.run_by(session, task_id, me)

    return db.patiently(claim, unless=lambda: stop.given)


def _lease_seconds(kind: Kind) -> float:
    ours = config.settings().lease_seconds
    return ours if kind.steps else max(ours, kind.timeout_seconds + GRACE_SECONDS)


def _attempt(task: Task, kind: Kind, lease: Lease) -> str:
    """Do the work; every way it can end is one line here."""
    try:
        ending = kind.load()(task.args, lease)
        reach(Point.TASK_WORKED)
        lease.last_word(partial(_finish, task=task, kind=kind, ending=ending))
        reach(Point.TASK_ENDED)
        log.info("task done")
        return "done"
    except LeaseLost as lost:
        log.warning("lease lost, nothing written", reason=str(lost))
        return "lease lost"
    except (Released, Superseded) as wish:
        log.info("put back", reason=str(wish))
        return _put_back(lease, "released", partial(table.release, task=task))
    except JobTimeoutException:
        return _fail(task, kind, lease, OutOfTime(f"the task took longer than its {kind.timeout_seconds} seconds"))
    except IngestionError as error:
        return _fail(task, kind, lease, error)
    except Exception as error:
        if isinstance(error, SQLAlchemyError) and db.is_outage(error):
            return _leave(error)
        _fail(task, kind, lease, _fault(error))
        raise


def _finish(session: Session, *, task: Task, kind: Kind, ending: Ending) -> None:
    """What the work comes to and the task's end in one transaction, behind a lock that only its owner gets."""
    table.hold(session, task.id, task.attempt)
    table.finish(session, task.id, task.attempt, ending(session), keep_seconds=kind.keep_seconds)


def _fail(task: Task, kind: Kind, lease: Lease, error: IngestionError) -> str:
    log.warning("attempt failed", error=error.kind, reason=str(error), exc_info=True)
    end = partial(table.fail, task=task, error=error, backoff=kind.backoff, keep_seconds=kind.keep_seconds)
    return _put_back(lease, error.kind, end)


def _fault(error: Exception) -> Crashed:
    first_line = str(error).partition("\n")[0][:LONGEST_FAULT]
    told = f"{type(error).__name__}: {first_line}"
    return Crashed(f"a fault in this program ended the task ({told}); its traceback is in the worker's log")


def _put_back(lease: Lease, word: str, write: Callable[[Session], object]) -> str:
    """Write the attempt's end, unless the task has another owner by now."""
    try:
        lease.last_word(write)
    except LeaseLost as lost:
        log.warning("lease lost, nothing written", reason=str(lost))
        return "lease lost"
    except SQLAlchemyError as outage:
        if not db.is_outage(outage):
            raise
        return _leave(outage)
    return word


def _leave(outage: SQLAlchemyError) -> str:
    """Nothing can be written, and we were asked to stop. The lease runs out, and recovery puts the task back."""
    log.error("PostgreSQL is away; the task goes on when its lease has run out", error=str(outage).splitlines()[0])
    return "database away"
