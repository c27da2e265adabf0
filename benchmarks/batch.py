"""Twenty novels of one chapter, by two workers; against scrapyd with two processes, as prompt as it can be told to be."""

from __future__ import annotations

from benchmarks import measure, running
from benchmarks.bare import scrapyd
from benchmarks.measure import Row
from benchmarks.site import Site

JOBS, WORKERS = 20, 2


def rows(*, quick: bool) -> list[Row]:
    """The row."""
    turns = measure.rounds(measure.FEW_ROUNDS, quick=quick)
    names = [[f"batch{turn}-{job}" for job in range(JOBS)] for turn in turns]
    ours, theirs, alone = [], [], []
    novels = dict.fromkeys(["first", *(name for some in names for name in some)], 1)
    with (
        Site(novels) as site,
        running.whole(site, workers=WORKERS) as system,
        scrapyd.serve(processes=WORKERS) as bare,
    ):
        system.ingest(site.index("first"))
        alone.append(bare.crawl([site.index("first")]))
        for some in names:
            urls = [site.index(name) for name in some]
            system.settle()
            ours.append(system.ingest(*urls))
            site.asked()
            theirs.append(bare.crawl(urls))
            if len(site.asked()) != 2 * JOBS:
                raise RuntimeError("scrapyd has not crawled what it was asked for")
    more = {"scrapyd, one job alone": alone}
    return [measure.by_time(f"{JOBS} one-chapter jobs", ours=ours, against=theirs, must=5, aim=10, more=more)]
