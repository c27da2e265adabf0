"""One short storm with a fixed seed: every kind of fault once. The long form is ``python -m tests.chaos``."""

from __future__ import annotations

from tests.chaos import plan, storm, timeline
from tests.chaos.faults import FAULTS
from tests.programs import forked

SEED = 20_260_301
SECONDS = 8


def test_whatever_is_killed_emptied_or_cut_off_every_job_ends_and_the_library_is_right():
    made = plan.make(SEED, seconds=SECONDS, novels=4, fault_every=0.35)
    outcome = storm.run(made, workers=2, apis=1, begin=forked)

    assert outcome.violations == [], timeline.told(outcome)
    assert set(outcome.faults) == set(FAULTS)
    assert outcome.statuses["done"] >= len(made.chapters)


def test_the_same_seed_makes_the_same_plan_and_another_seed_another():
    first, again, other = (plan.make(seed, seconds=60, novels=6, fault_every=1.4) for seed in (1, 1, 2))

    assert str(first) == str(again)
    assert str(first) != str(other)
