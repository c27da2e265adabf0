"""Eight workers on eight novels of one host, which may be asked twenty times a second: how much of that they use, as the site sees it."""

from __future__ import annotations

from itertools import pairwise

from benchmarks import measure, running
from benchmarks.measure import Row
from benchmarks.site import Site

WORKERS = 8
A_SECOND = 20
#: One run is divided into the rounds: so many requests each.
REQUESTS = 80
#: Until all eight are at work.
SETTLING = 40


def rows(*, quick: bool) -> list[Row]:
    """The row."""
    turns = measure.rounds(measure.ROUNDS, quick=quick)
    needed = SETTLING + REQUESTS * len(turns)
    names = [f"paced{worker}" for worker in range(WORKERS)]
    # The last of the novels to end are alone for a while, which is not measured.
    novels = dict.fromkeys(names, needed // WORKERS + SETTLING)
    with Site(novels) as site, running.whole(site, workers=WORKERS, pace_seconds=1 / A_SECOND) as system:
        for name in names:
            system.post(site.index(name))
        asked: list[float] = []

        def are_enough() -> bool:
            asked.extend(at for at, _ in site.asked())
            return len(asked) > needed

        running.await_that(are_enough)
    marks = asked[SETTLING::REQUESTS][: len(turns) + 1]
    rates = [REQUESTS / (end - begin) for begin, end in pairwise(marks)]
    wanted = [float(A_SECOND)] * len(rates)
    return [
        measure.by_rate(
            f"pace, {WORKERS} workers on one host", unit="requests/s", ours=rates, against=wanted, must=0.95, aim=0.99
        )
    ]
