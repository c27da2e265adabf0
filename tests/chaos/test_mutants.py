"""Does the checker notice? Each safeguard is taken out of the workers, and what it guards against is made to happen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from ingestion import intake
from tests.chaos import faults, ledger, rig
from tests.chaos.invariants import violations
from tests.chaos.novels import Shelf
from tests.chaos.programs import Program
from tests.chaos.records import Story
from tests.conftest import configure, forget
from tests.sites.web import Site

CHAPTERS = 30
UNDER_WAY = 4
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

    def at_work(self) -> Program:
        """The worker that is in the middle of the job."""
        self.wait(lambda: len(self.shelf.served) > UNDER_WAY)
        return next(worker for worker in self.system.workers if worker.horses())

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
                disturbances=(),
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
    target = stage.system.workers.index(stage.at_work())
    wake = faults.freeze_horse(stage.system, target)
    for seed in range(CHAPTERS):
        stage.shelf.change(0, "edit", seed)
    stage.wait(stage.ended)
    assert wake is not None
    wake()
    time.sleep(AFTERMATH_SECONDS)


def nobody_is_left_to_report_a_death(stage: Stage) -> None:
    stage.start(2)
    stage.post()
    faults.kill_both(stage.system, stage.system.workers.index(stage.at_work()))
    stage.wait(stage.ended)


def the_queue_forgets_a_job(stage: Stage) -> None:
    stage.post()
    faults.empty_valkey(stage.system, 0)
    stage.start(1)
    stage.wait(stage.ended)


SCENARIOS: dict[str, Callable[[Stage], None]] = {
    "fence": a_sleeper_wakes_after_its_successor_is_done,
    "lease": nobody_is_left_to_report_a_death,
    "recovery": the_queue_forgets_a_job,
}
NOTICED = {"fence": {"illegal", "fenced", "ended_twice"}, "lease": {"unfinished"}, "recovery": {"unfinished"}}


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
