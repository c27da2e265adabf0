"""The hold that one attempt has on its job: renewed by the code that works, refused when another attempt has taken over.

There is no timer thread: a crawl that hangs makes no checkpoint, so it loses its lease and its job goes to somebody else.
"""

from __future__ import annotations

import time

from sqlalchemy.orm import Session

from ingestion import db, jobs
from ingestion.errors import Released
from ingestion.models import Job
from ingestion.status import JobStatus

#: A lease is renewed when this part of it is over; it survives a few renewals that fail.
RENEW_AT = 0.2


class Lease:
    """One attempt's fencing token, and the clock of its renewals."""

    def __init__(self, job: Job, seconds: float) -> None:
        self.job_id = job.id
        self.attempt = job.attempt
        self._seconds = seconds
        self._renewed = time.monotonic()
        self.progress: dict[str, int | str | None] = {}
        self.stopping = False

    def stop(self) -> None:
        """Ask the attempt to end at its next checkpoint (called from a signal handler)."""
        self.stopping = True

    def checkpoint(self, **progress: int | str | None) -> None:
        """A safe point, reached by work that goes on: renews the lease when it is due, and stores the progress with it.

        Raises LeaseLost when another attempt owns the job, Released when this process was asked to stop.
        """
        if self.stopping:
            raise Released("the worker was asked to stop")
        self.progress |= progress
        if time.monotonic() - self._renewed >= min(1.0, self._seconds * RENEW_AT):
            with db.transaction() as session:
                self.store(session)
            self._renewed = time.monotonic()

    def store(self, session: Session) -> None:
        """Renew the lease and write the progress in `session`'s transaction. Raises LeaseLost."""
        jobs.renew(session, self.job_id, self.attempt, lease_seconds=self._seconds, **self.progress)

    def advance(self, to: JobStatus, message: str) -> None:
        """Enter the next stage with all progress stored. Raises as `checkpoint` does."""
        if self.stopping:
            raise Released("the worker was asked to stop")
        with db.transaction() as session:
            self.store(session)
            jobs.advance(session, self.job_id, self.attempt, to=to, lease_seconds=self._seconds, message=message)
        self._renewed = time.monotonic()
