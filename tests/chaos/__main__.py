"""Storm after storm, each on a new database: ``CHAOS_MINUTES=30 CHAOS_SEED=1 python -m tests.chaos``.

Each round has a seed of its own; ``CHAOS_ROUND=<that seed>`` repeats it alone. The exit code is 1 when anything was violated.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter

from tests.chaos import economy, plan, storm, timeline

MINUTES = float(os.environ.get("CHAOS_MINUTES", "30"))
FAULT_EVERY = 1.4


def main() -> int:
    """Rounds until the time is over, then a table."""
    end = time.monotonic() + MINUTES * 60
    seed = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(2**32))
    alone = os.environ.get("CHAOS_ROUND")
    print(f"CHAOS_SEED={seed} CHAOS_MINUTES={MINUTES:g}", flush=True)
    seeds = random.Random(seed)
    faults, statuses, broken = Counter[str](), Counter[str](), dict[int, list[str]]()
    rounds = 0
    while rounds == 0 or (alone is None and time.monotonic() < end):
        rounds += 1
        outcome = _round(rounds, int(alone) if alone else seeds.randrange(2**32))
        faults += outcome.faults
        statuses += outcome.statuses
        if outcome.violations:
            broken[outcome.plan.seed] = outcome.violations
    _report(rounds, faults, statuses, broken)
    return 1 if broken else 0


def _round(number: int, seed: int) -> storm.Outcome:
    made = plan.make(seed, seconds=random.Random(seed).uniform(50, 75), novels=6, fault_every=FAULT_EVERY)
    outcome = storm.run(made, workers=4, apis=2)
    story = outcome.story
    print(
        f"round {number} CHAOS_ROUND={seed}: {outcome.seconds:.0f} s, {sum(outcome.faults.values())} faults, "
        f"{len(story.jobs)} jobs {dict(outcome.statuses)}, {sum(job.attempt for job in story.jobs)} attempts, {sum(economy.interruptions(story, job) for job in story.jobs)} interrupted, "
        f"{len(story.served)} answers, {len(story.chapters)} chapters, {len(outcome.violations)} violations",
        flush=True,
    )
    print("  " + ", ".join(f"{kind} {count}" for kind, count in sorted(outcome.faults.items())), flush=True)
    if outcome.violations:
        print(timeline.told(outcome), flush=True)
    return outcome


def _report(rounds: int, faults: Counter[str], statuses: Counter[str], broken: dict[int, list[str]]) -> None:
    print(f"\n{rounds} rounds; jobs: {dict(statuses)}")
    for kind, count in sorted(faults.items()):
        print(f"  {kind:<18}{count:>5}")
    print(f"  {'all faults':<18}{sum(faults.values()):>5}\n{sum(map(len, broken.values()))} violations")
    for seed, sentences in broken.items():
        print("\n".join(f"  CHAOS_ROUND={seed}: {sentence}" for sentence in sentences))


if __name__ == "__main__":
    sys.exit(main())
