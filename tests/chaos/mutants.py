"""A worker without one of its safeguards: ``python -m tests.chaos.mutants fence --burst``. What the checker must notice.

`fence`: what an attempt writes no longer depends on its still owning the job. `lease`: no lease ever runs out.
`recovery`: nobody looks for stranded jobs.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Update
from sqlalchemy.orm import Session

from ingestion import jobs, recovery
from ingestion.models import Job
from ingestion.system import ROOT


def without_fence() -> None:
    """Every conditional write keeps `WHERE id = …` and loses the rest; the saving transaction locks nothing."""
    updated = jobs._updated

    def unconditional(session: Session, statement: Update) -> bool:
        statement._where_criteria = statement._where_criteria[:1]
        return updated(session, statement)

    jobs._updated = unconditional
    jobs.lock = lambda *_: None


def without_lease() -> None:
    """Only a death that its own worker reports is noticed."""
    expire = jobs.expire

    def reported(session: Session, *, dead: tuple[int, str] | None = None, **limits: Any) -> Sequence[Job]:
        return expire(session, dead=dead, **limits) if dead else ()

    jobs.expire = reported


def without_recovery() -> None:
    """Recovery has nothing to do."""
    recovery.recover = lambda **_: recovery.Recovered()


MUTANTS: dict[str, Callable[[], None]] = {
    "fence": without_fence,
    "lease": without_lease,
    "recovery": without_recovery,
}

if __name__ == "__main__":
    name, *rest = sys.argv[1:]
    MUTANTS[name]()
    worker = str(ROOT / "worker.py")
    sys.argv = [worker, *rest]
    runpy.run_path(worker, run_name="__main__")
