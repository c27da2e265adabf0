"""The hold that one attempt has on its job or task: renewed by the code that works, refused when another attempt has taken over.

There is no timer thread: a crawl that hangs makes no checkpoint, so it loses its lease and its job goes to somebody else.
"""

from __future__ import annotations

import contextlib
import secrets
import signal
import socket
import time
from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from ingestion import db, jobs
from ingestion.errors import Released
from ingestion.models import Job, Task
from ingestion.status import JobStatus

#: A lease is renewed when this part of it is over; it survives a few renewals that fail.
RENEW_AT = 0.2
LOOK_SECONDS = 1.0
LAST_WORD_SECONDS = 2.0
#: A worker and its children, told from those on another machine of the same name, or in another container.
FAMILY = secrets.token_hex(4)

T = TypeVar("T")


def worker_name(pid: int) -> str:
    """How a process of this machine signs what it works on."""
    return f"{socket.gethostname()}:{pid}:{FAMILY}"


class Rows(Protocol):
    """The module that holds the SQL of what is leased. Its functions raise LeaseLost when another attempt owns the row."""

    def renew(
        self, session: Session, id: int, attempt: int, /, *, lease_seconds: float, **progress: int | str | None
    ) -> None:
        """Lengthen the lease."""

    def hold(self, session: Session, id: int, attempt: int, /) -> None:
        """Keep the row with the attempt until the transaction ends."""


class StopWish:
    """Whether this process was asked to stop. A signal handler gives it, so it is one plain attribute and no lock."""

    def __init__(self) -> None:
        self.given = False

    def give(self) -> None:
        """Ask for a stop at the next safe point."""
        self.given = True


@contextlib.contextmanager
def stopped_by_sigterm() -> Iterator[StopWish]:
    """Until the block ends, SIGTERM means: reach the next safe point, put the job back, leave."""
    stop = StopWish()
    before = signal.signal(signal.SIGTERM, lambda *_: stop.give())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGTERM, before)


class Lease:
    """One attempt's fencing token, and the clock of its renewals. It waits while the database is away."""

    def __init__(self, row: Job | Task, seconds: float, stop: StopWish | None = None, rows: Rows = jobs) -> None:
        self._id = row.id
        self._attempt = row.attempt
        self._rows = rows
        self._seconds = seconds
        self.begun = self._renewed = self._looked = time.monotonic()
        self.progress: dict[str, int | str | None] = {}
        self._entered = {JobStatus.CRAWLING: self.begun}
        self._stop = stop or StopWish()

    def checkpoint(self, **progress: int | str | None) -> None:
        """A safe point, reached by work that goes on: renews the lease when it is due, and stores the progress with it.

        Raises LeaseLost when another attempt owns the job, Released when this process was asked to stop.
        """
        self._refuse_when_stopping()
        self.progress |= progress
        if time.monotonic() - self._renewed >= min(1.0, self._seconds * RENEW_AT):
            self.patiently(self.store)
            self._renewed = time.monotonic()

    def look(self) -> None:
        """Whether the job is still ours, for a moment without progress: the lease is left as it is. Raises as `checkpoint`."""
        self._refuse_when_stopping()
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        self.patiently(lambda session: self._rows.hold(session, self._id, self._attempt))

    def advance(self, to: JobStatus, message: str, *, also: Callable[[Session], object] = lambda _: None) -> None:
        """Enter a job's next stage with all progress stored, and what is `also` to be written. Raises as `checkpoint` does."""
        self._refuse_when_stopping()

        def move(session: Session) -> None:
            self.store(session)
            also(session)
            jobs.advance(session, self._id, self._attempt, to=to, lease_seconds=self._seconds, message=message)

        self.patiently(move)
        self._renewed = self._entered[to] = time.monotonic()

    def stages(self) -> dict[JobStatus, float]:
        """The seconds that the attempt has spent in each stage that it has entered."""
        ends = [*list(self._entered.values())[1:], time.monotonic()]
        return {stage: end - begun for (stage, begun), end in zip(self._entered.items(), ends, strict=True)}

    def store(self, session: Session) -> None:
        """Renew the lease and write the progress in `session`'s transaction. Raises LeaseLost."""
        self._rows.renew(session, self._id, self._attempt, lease_seconds=self._seconds, **self.progress)

    def write(self, work: Callable[[Session], T]) -> T:
        """Do `work` in a transaction that only the owner can commit. Raises LeaseLost."""

        def fenced(session: Session) -> T:
            self._rows.hold(session, self._id, self._attempt)
            return work(session)

        return self.patiently(fenced)

    def patiently(self, work: Callable[[Session], T]) -> T:
        """`db.patiently`, but an attempt that was asked to stop does not wait."""
        return db.patiently(work, unless=lambda: self._stop.given)

    def last_word(self, work: Callable[[Session], T]) -> T:
        """`patiently`, for an attempt's end: who was asked to stop still tries for a moment before he leaves without a word."""
        until = time.monotonic() + LAST_WORD_SECONDS
        return db.patiently(work, unless=lambda: self._stop.given and time.monotonic() > until)

    def _refuse_when_stopping(self) -> None:
        if self._stop.given:
            raise Released("the worker was asked to stop")
