"""One novel of one chapter, from POST to DONE, by an idle worker; against `scrapy crawl` of the same two pages in a fresh interpreter."""

from __future__ import annotations

from benchmarks import measure, running
from benchmarks.bare import crawl
from benchmarks.measure import Row
from benchmarks.site import Site

ROUNDS = 9


def rows(*, quick: bool) -> list[Row]:
    """The row."""
    turns = measure.rounds(ROUNDS, quick=quick)
    names = [f"single{turn}" for turn in turns]
    ours, theirs, processor = [], [], []
    with Site(dict.fromkeys(["first", *names], 1)) as site, running.whole(site) as system:
        system.ingest(site.index("first"))
        for name in names:
            system.settle()
            before = system.processor_seconds()
            ours.append(system.ingest(site.index(name)))
            theirs.append(crawl.crawl(site.index(name)).seconds)
            system.settle()
            processor.append(system.processor_seconds() - before)
    more = {"processor seconds of the worker, the index's task included": processor}
    return [measure.by_time("one-chapter job", ours=ours, against=theirs, must=4, aim=8, more=more)]
