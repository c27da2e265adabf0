"""A novel of 2,000 chapters without a pace, everything stored, by one worker; against the plainest spider, which drops what it reads.

Of the spider only the time between its first request and its last answer counts, of ours everything from POST to DONE.
"""

from __future__ import annotations

from benchmarks import measure, running
from benchmarks.bare import crawl
from benchmarks.measure import Row
from benchmarks.site import Site

CHAPTERS = 2000


def rows(*, quick: bool) -> list[Row]:
    """The row."""
    chapters = measure.size(CHAPTERS, quick=quick)
    names = [f"novel{turn}" for turn in measure.rounds(measure.FEW_ROUNDS, quick=quick)]
    ours, theirs, processor = [], [], []
    with Site({"first": 10} | dict.fromkeys(names, chapters)) as site, running.whole(site, search=False) as system:
        system.ingest(site.index("first"))
        for name in names:
            system.settle()
            before = system.processor_seconds()
            ours.append((chapters + 1) / system.ingest(site.index(name)))
            system.settle()
            processor.append(system.processor_seconds() - before)
            bare = crawl.crawl(site.index(name))
            theirs.append((bare.items + 1) / bare.crawling)
    more = {"processor seconds of the worker": processor}
    limits = {"must": 0.8, "aim": 1.0, "more": more}
    return [measure.by_rate(f"{chapters} chapters", unit="pages/s", ours=ours, against=theirs, **limits)]
