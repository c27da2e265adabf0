"""What a job asks of the database, asked once of a job that does not exist: children forked afterwards find the SQL put into words.

SQLAlchemy keeps the words of each statement with the engine, and a child would make them anew for every job. Nothing is written, and
no number is drawn from a sequence.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ingestion import config, db, joblist, jobs, lines, pages, sources
from ingestion.errors import LeaseLost
from ingestion.models import Job
from ingestion.status import JobStatus, Priority

log = structlog.get_logger(__name__)

#: No row has it: the ids of jobs begin at 1.
NOBODY = 0
URL = "http://localhost/novel/1"
PROGRESS: dict[str, Any] = {"site": "", "pages_done": 0, "pages_total": 0}


class _Over(Exception):
    """The rehearsal is over: what it has done is undone."""


def rehearse() -> None:
    """Ask it all, in one transaction that is undone. Where it cannot be asked the children do without, and tell what is wrong."""
    try:
        with suppress(_Over), db.transaction() as session:
            for step in _steps():
                with suppress(LeaseLost):
                    step(session)
            raise _Over
    except SQLAlchemyError as error:
        log.warning("PostgreSQL could not be asked; jobs begin a little later", error=str(error).splitlines()[0])


def _steps() -> list[Callable[[Session], object]]:
    """In the order of a job."""
    seconds, per_host = config.settings().lease_seconds, config.settings().jobs_per_host
    enter = partial(jobs.advance, job_id=NOBODY, attempt=0, lease_seconds=seconds, message="")
    row: dict[str, Any] = {"fingerprint": b"", "url": URL, "host": "", "status": 200, "headers": {}, "body": b""}
    row |= {"fetched_at": None, "rejected_at": None}
    return [
        partial(jobs.claim, job_id=NOBODY, worker="", lease_seconds=seconds, per_host=per_host),
        partial(lines.move_up_overtaken, begun=Job(id=NOBODY, host="", priority=Priority.DEFAULT)),
        partial(joblist.run_by, job_id=NOBODY, worker=""),
        partial(sources.current, index_url=URL),
        lambda session: jobs.renew(session, NOBODY, 0, lease_seconds=seconds, site=""),
        lambda session: jobs.renew(session, NOBODY, 0, lease_seconds=seconds, **PROGRESS),
        partial(pages.look, keys=[b""]),
        partial(jobs.hold, job_id=NOBODY, attempt=0),
        partial(pages.store, rows=[row], in_haste=False),
        partial(enter, to=JobStatus.PARSING),
        partial(pages.load, asked=URL),
        partial(enter, to=JobStatus.SAVING),
        partial(pages.reject, asked=[]),
        partial(jobs.lock, job_id=NOBODY, attempt=0),
        partial(joblist.claimable, per_host=per_host, hosts=[""]),
        partial(joblist.get, job_id=NOBODY),
    ]
