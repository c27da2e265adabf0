"""Asking for a novel of 2,000 chapters again: nothing is new, or one chapter. Requests, and time on a site that answers at once.

It is what an update job of a followed novel does (`refresh` is `changed`). The floor is one request, and one more for the new chapter.
"""

from __future__ import annotations

from benchmarks import measure, running
from benchmarks.measure import Row
from benchmarks.running import System
from benchmarks.site import Site

CHAPTERS = 2000
AIM_SECONDS = 0.3
ROBOTS = "/robots.txt"


def rows(*, quick: bool) -> list[Row]:
    """Four rows."""
    same, grown, chapters = [], [], measure.size(CHAPTERS, quick=quick)
    with Site({"followed": chapters}) as site, running.whole(site, search=False) as system:
        system.ingest(site.index("followed"))
        _check(site, system)  # what the sign says is noted from now on
        for _ in measure.rounds(measure.FEW_ROUNDS, quick=quick):
            same.append(_check(site, system))
            site.grow("followed")
            grown.append(_check(site, system))
    return [*_rows(f"{chapters} chapters, nothing new", 1, same), *_rows(f"{chapters} chapters, one new", 2, grown)]


def _rows(what: str, floor: int, checks: list[tuple[int, float, int]]) -> list[Row]:
    name = f"update check of {what}"
    requests, seconds, robots = zip(*checks, strict=True)
    more = {"requests for robots.txt": robots}
    return [
        measure.limit(name, unit="requests", ours=requests, must=floor, aim=floor, more=more),
        measure.limit(name, unit="s", ours=seconds, aim=AIM_SECONDS),
    ]


def _check(site: Site, system: System) -> tuple[int, float, int]:
    """The requests for pages, the seconds from POST to DONE, and the requests for robots.txt."""
    system.settle()
    site.asked()
    seconds = system.ingest(site.index("followed"), refresh="changed")
    paths = [path for _, path in site.asked()]
    robots = paths.count(ROBOTS)
    return len(paths) - robots, seconds, robots
