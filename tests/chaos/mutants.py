"""A worker without one of its safeguards: ``python -m tests.chaos.mutants fence --burst``. What the checker must notice.

`fence`: what an attempt writes no longer depends on its still owning the job. `lease`: no lease ever runs out.
`recovery`: nobody looks for stranded jobs. `store`: no crawl believes what an earlier one has stored.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from ingestion import jobs, recovery, transition
from ingestion.crawl import storing
from ingestion.models import Job
from ingestion.status import JobStatus
from ingestion.system import ROOT


def without_fence() -> None:
    """What an attempt writes goes to the row with the job's id, whoever owns it by now; nothing is locked."""

    def move(
        session: Session,
        job_id: int,
        attempt: int,
        _sources: object,
        to: JobStatus,
        message: str,
        values: dict[str, Any],
        detail: dict[str, Any] | None = None,
    ) -> None:
        session.execute(update(Job).where(Job.id == job_id).values(status=to, **values))
        transition.record(session, job_id, attempt=attempt, status=to, message=message, detail=detail)

    def renew(session: Session, job_id: int, _attempt: int, *, lease_seconds: float, **progress: Any) -> None:
        session.execute(update(Job).where(Job.id == job_id).values(**progress))

    vars(transition).update(move=move)
    vars(jobs).update(renew=renew, hold=lambda *_: None, lock=lambda *_: None)


def without_lease() -> None:
    """Only a death that its own worker reports is noticed."""
    expire = jobs.expire

    def reported(*args: Any, dead: tuple[int, str] | None = None) -> Sequence[Job]:
        return expire(*args, dead=dead) if dead else ()

    vars(jobs).update(expire=reported)


def without_recovery() -> None:
    """Recovery has nothing to do."""
    vars(recovery).update(recover=lambda **_: recovery.Recovered())


def without_store() -> None:
    """Each crawl asks for every page again."""
    storing.PageStore.retrieve_response = lambda *_: None  # type: ignore[method-assign]


MUTANTS: dict[str, Callable[[], None]] = {
    "fence": without_fence,
    "lease": without_lease,
    "recovery": without_recovery,
    "store": without_store,
}

if __name__ == "__main__":
    name, *rest = sys.argv[1:]
    MUTANTS[name]()
    worker = str(ROOT / "worker.py")
    sys.argv = [worker, *rest]
    runpy.run_path(worker, run_name="__main__")
