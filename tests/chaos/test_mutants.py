"""Does the checker notice? Each safeguard is taken out of the workers, and what it guards against is made to happen."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.chaos.stage import Stage

EDITS = 60
#: Answers after which a crawl is in the middle of its second handful of pages.
LATE = 20
#: What a process takes to notice that it owns nothing any more.
AFTERMATH_SECONDS = 2.5


def a_sleeper_wakes_after_its_successor_is_done(stage: Stage) -> None:
    stage.start(2)
    stage.post()
    stage.at_work()
    with stage.suffering("freeze-horse"):
        for seed in range(EDITS):
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


# Half a minute: `make chaos` runs them. That the checker is sharp is shown in `test_invariants.py`, in each run of the tests.
pytestmark = pytest.mark.long


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
