"""A system on which one thing is made to happen at a time, and a site that behaves."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from ingestion import intake
from tests.chaos import ledger, rig
from tests.chaos.faults import FAULTS
from tests.chaos.invariants import violations
from tests.chaos.novels import Shelf
from tests.chaos.records import Disturbance

#: What the lease, recovery, and the work itself take together, and some.
ENOUGH_SECONDS = 10
#: Answers after which a crawl is in the middle of its first handful of pages.
EARLY = 4


@dataclass
class Stage:
    """A system without workers, and a site that behaves."""

    system: rig.Rig
    shelf: Shelf
    worker: tuple[str, ...] = rig.WORKER
    disturbances: list[Disturbance] = field(default_factory=list)

    def start(self, workers: int) -> None:
        """That many workers."""
        for _ in range(workers):
            self.system.add_worker(self.worker)

    def post(self, url: str | None = None) -> None:
        """Ask for the novel, by its index or by another URL."""
        intake.submit(url or self.shelf.index(0))

    def wait(self, true: Callable[[], bool]) -> None:
        """Until it is true or nothing more is to be expected: the checker is the one to complain."""
        end = time.monotonic() + ENOUGH_SECONDS
        while not true() and time.monotonic() < end:
            self.system.supervise()
            time.sleep(0.02)

    def at_work(self, answers: int = EARLY) -> None:
        """Wait until a worker is in the middle of the job."""
        self.wait(lambda: len(self.shelf.served) > answers)

    @contextlib.contextmanager
    def suffering(self, kind: str) -> Iterator[None]:
        """A fault, until the end of the block; a worker's own hits the one that is at work."""
        start = time.time()
        heal = FAULTS[kind](self.system, 0)
        yield
        if heal is not None:
            heal()
        self.disturbances.append(Disturbance(kind=kind, start=start, end=time.time()))

    def strike(self, kind: str) -> None:
        """A fault that is over at once."""
        with self.suffering(kind):
            self.system.supervise()

    def ended(self) -> bool:
        """Whether the job is DONE or in ERROR."""
        return all(job.status in {"done", "error"} for job in ledger.read(self.system.engine).jobs)

    def verdict(self) -> list[str]:
        """What the checker says of it."""
        self.system.stop()
        rows = ledger.read(self.system.engine)
        return violations(replace(rows, served=tuple(self.shelf.served), disturbances=tuple(self.disturbances)))
