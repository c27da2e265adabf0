"""Counts what a crawl does, for `/metrics`: Scrapy's own statistics, of which every few seconds the difference is handed on.

An extension as Scrapy's PeriodicLog is one. The site is the spider's name; a crawl of no site in particular is not counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.statscollectors import StatsCollector
from scrapy.utils.asyncio import create_looping_call

from ingestion import counts, series
from ingestion.series import Series

#: Statistics, and the series that each is.
SINGLE = {
    "downloader/response_bytes": series.BYTES,
    "httpcache/store": series.STORED,
    "httpcache/hit": series.REUSED,
    "retry/count": series.RETRIES,
    "pictures/stored": series.PICTURES,
    "pace/waits": series.WAITS,
    "pace/wait_seconds": series.WAITED,
}
#: Beginnings of statistics whose names end in a label's value.
GROUPED = {
    "downloader/response_status_count/": (series.ANSWERS, "status"),
    "downloader/exception_type_count/": (series.FAILURES, "error"),
}


class Counting:
    """Hands a crawl's statistics on."""

    def __init__(self, stats: StatsCollector, site: str) -> None:
        self._stats = stats
        self._site = site
        self._handed_on: dict[str, float] = {}
        self._loop = create_looping_call(self.hand_on)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Counting:
        """Scrapy's way of making an extension."""
        site = crawler.settings.get("SITE_NAME")
        if site is None or crawler.stats is None:
            raise NotConfigured
        made = cls(crawler.stats, site)
        crawler.signals.connect(made.begin, signals.spider_opened)
        crawler.signals.connect(made.end, signals.spider_closed)
        return made

    def begin(self) -> None:
        """The crawl begins."""
        self._loop.start(counts.WRITE_SECONDS)

    def end(self) -> None:
        """The crawl is over."""
        if self._loop.running:
            self._loop.stop()
        self.hand_on()

    def hand_on(self) -> None:
        """Count what is new since the last time."""
        stats = self._stats.get_stats()
        for name, one, labels in shown(stats):
            counts.tally.add(one, stats[name] - self._handed_on.get(name, 0), site=self._site, **labels)
            self._handed_on[name] = stats[name]
        counts.tally.write()


def shown(stats: Mapping[str, Any]) -> Iterator[tuple[str, Series, dict[str, str]]]:
    """Those of Scrapy's statistics that are handed on: each one's name, series, and labels beside the site's. Pure."""
    for name in stats:
        if name in SINGLE:
            yield name, SINGLE[name], {}
        for beginning, (one, label) in GROUPED.items():
            if name.startswith(beginning):
                yield name, one, {label: name.removeprefix(beginning).rpartition(".")[2]}
