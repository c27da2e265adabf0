"""Does the checker notice? Each safeguard is taken out of the workers, and what it guards against is made to happen."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from ingestion import intake
from tests.chaos import ledger, rig
from tests.chaos.faults import FAULTS
from tests.chaos.invariants import violations
from tests.chaos.novels import Shelf
from tests.chaos.records import Disturbance, Story
from tests.conftest import configure, forget
from tests.sites.web import Site

CHAPTERS = 30
#: Answers after which a crawl is in the middle of its first handful of pages, and of its second.
EARLY, LATE = 4, 20
#: What the lease, recovery, and the work itself take together, and some.
ENOUGH_SECONDS = 10
#: What a process takes to notice that it owns nothing any more.
AFTERMATH_SECONDS = 2.5


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

    def post(self) -> None:
        """Ask for the novel."""
        intake.submit(self.shelf.index(0))

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
        return violations(
            Story(
                jobs=rows.jobs,
                events=rows.events,
                novels=rows.novels,
                chapters=rows.chapters,
                pages=rows.pages,
                served=tuple(self.shelf.served),
                disturbances=tuple(self.disturbances),
            )
        )


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with Site() as site, rig.run() as system:
        shelf = Shelf(site, seed=1, chapters=(CHAPTERS,), patience=2)
        shelf.calm()
        configure(monkeypatch, **system.servers.environment(), ALLOWED_NETWORKS="127.0.0.0/8")
        yield Stage(system, shelf)
        forget()


def a_sleeper_wakes_after_its_successor_is_done(stage: Stage) -> None:
    stage.start(2)
    stage.post()
    stage.at_work()
    with stage.suffering("freeze-horse"):
        for seed in range(CHAPTERS):
            stage.shelf.change(0, "edit", seed)
        stage.wait(stage.ended)
    time.sleep(AFTERMATH_SECONDS)


def nobody_is_left_to_report_a_death(stage: Stage) -> None:
    stage.start(2)
    stage.post()
    stage.at_work()
    stage.strike("kill-both")
    stage.wait(stage.ended)


def the_queue_forgets_a_job(stage: Stage) -> None:
    stage.post()
    stage.strike("empty-valkey")
    stage.start(1)
    stage.wait(stage.ended)


def a_child_dies_when_it_is_halfway(stage: Stage) -> None:
    stage.start(1)
    stage.post()
    stage.at_work(LATE)
    stage.strike("kill-horse")
    stage.wait(stage.ended)


SCENARIOS: dict[str, Callable[[Stage], None]] = {
    "fence": a_sleeper_wakes_after_its_successor_is_done,
    "lease": nobody_is_left_to_report_a_death,
    "recovery": the_queue_forgets_a_job,
    "store": a_child_dies_when_it_is_halfway,
}
NOTICED = {
    "fence": {"illegal", "fenced", "ended_twice"},
    "lease": {"unfinished"},
    "recovery": {"unfinished"},
    "store": {"fetched_again"},
}


@pytest.mark.parametrize("safeguard", SCENARIOS)
def test_a_worker_without_the_safeguard_is_found_out(stage: Stage, safeguard: str):
    stage.worker = ("-m", "tests.chaos.mutants", safeguard)
    SCENARIOS[safeguard](stage)

    found = {sentence.partition(":")[0] for sentence in stage.verdict()}
    assert found >= NOTICED[safeguard]


@pytest.mark.parametrize("safeguard", SCENARIOS)
def test_a_worker_with_the_safeguard_passes(stage: Stage, safeguard: str):
    SCENARIOS[safeguard](stage)

    assert stage.verdict() == []
