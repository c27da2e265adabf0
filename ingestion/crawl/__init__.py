"""Runs one spider in this process: Scrapy's AsyncCrawlerRunner in a reactor of its own, every page into the page store.

A reactor runs once in a process's life, so this is for the forked child of a worker. Importing this module imports all that
a crawl needs and installs no reactor: the parent does it before it forks.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.utils.reactor import install_reactor
from sqlalchemy.exc import SQLAlchemyError
from twisted.python.failure import Failure

from ingestion import config, pages
from ingestion.crawl.dialling import install_guarded_resolver
from ingestion.crawl.reasons import explain
from ingestion.crawl.settings import for_job, loader, warm
from ingestion.errors import IngestionError, LeaseLost, Released, SiteTimeout, TooLarge, Unreachable
from ingestion.items import Hole
from ingestion.lease import Lease
from ingestion.models import Job
from spiders.base import NovelSpider

__all__ = ["Crawled", "run", "spider_for", "spiders", "warm"]

FALLBACK_SPIDER = "generic"
TICK_SECONDS = 0.25
#: How long requests under way may take to end after a stop; then they are left behind.
STOP_SECONDS = 3.0
REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"


@dataclass(frozen=True, kw_only=True, slots=True)
class Crawled:
    """What a crawl leaves behind, beside the pages in the store: the index's URL and why some pages are not there, by URL."""

    index_url: str
    holes: dict[str, Hole] = field(default_factory=dict)


def spider_for(url: str) -> type[NovelSpider]:
    """The spider whose site `url` belongs to, or the generic one."""
    alias = config.settings().site_aliases.get(urlsplit(url).netloc)
    return _spider(alias or next(iter(loader().find_by_request(Request(url))), FALLBACK_SPIDER))


def spiders() -> list[type[NovelSpider]]:
    """Every spider there is, by name."""
    return [_spider(name) for name in sorted(loader().list())]


def _spider(name: str) -> type[NovelSpider]:
    found = loader().load(name)
    if not issubclass(found, NovelSpider):
        raise TypeError(f"spider {name} is no NovelSpider")
    return found


def run(job: Job, spider: type[NovelSpider], lease: Lease) -> Crawled:
    """Fetch the index and every chapter page that the store lacks.

    Raises IngestionError when the index cannot be had; LeaseLost and Released as `Lease.checkpoint` does. A chapter's page
    that cannot be had is no error here but a hole in the result.
    """
    install_reactor(REACTOR)
    from twisted.internet import reactor as installed

    reactor: Any = installed  # a module that stands for an object
    install_guarded_resolver(reactor)
    crawl = _Crawl(lease)
    runner = AsyncCrawlerRunner(for_job(job, spider))
    crawler = runner.create_crawler(spider)
    crawl.watch(crawler)
    loop = asyncio.get_event_loop()
    task = loop.create_task(crawl.until_done(runner, crawler, job.canonical_url))
    task.add_done_callback(lambda _: reactor.stop())
    reactor.run(installSignalHandlers=False)
    task.result()
    return crawl.result(crawler)


class _Crawl:
    """One crawl under way: its progress goes to the lease, and whatever must end it ends it."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._ends_at = time.monotonic() + config.settings().queue_job_timeout
        self._ended_by: Exception | None = None
        self._seen = -1

    def watch(self, crawler: Crawler) -> None:
        """Listen for faults in a spider: they end the crawl."""
        crawler.signals.connect(self._spider_error, signals.spider_error)

    async def until_done(self, runner: AsyncCrawlerRunner, crawler: Crawler, url: str) -> None:
        """Run the crawl to its end, or until a checkpoint or a limit ends it."""
        task = runner.crawl(crawler, url=url)
        while not task.done() and self._ended_by is None:
            await asyncio.wait({task}, timeout=TICK_SECONDS)
            self._check(crawler.spider)
        if not task.done():
            stop = asyncio.ensure_future(crawler.stop_async())
            await asyncio.wait({task, stop}, timeout=STOP_SECONDS)
        if self._ended_by is None:
            await task

    def result(self, crawler: Crawler) -> Crawled:
        """What was found, or the reason why the crawl ended early, raised."""
        if self._ended_by is not None:
            raise self._ended_by
        spider = crawler.spider
        assert isinstance(spider, NovelSpider)  # noqa: S101 - for the type checker: we made it
        if not spider.settled:
            raise Unreachable(f"{spider.index} leads back to itself; the site redirects in a circle")
        holes = {}
        for request, failure in spider.failures:
            if isinstance(failure, SQLAlchemyError):
                raise failure  # the page store's fault, not the site's
            error = explain(request, failure)
            if isinstance(failure, IngestionError):
                pages.reject([_first_url(request)])
            if request.callback != spider.parse_chapter:
                raise error
            holes[_first_url(request)] = Hole(kind=error.kind, reason=str(error), final=False)
        return Crawled(index_url=spider.index or "", holes=holes)

    def _check(self, spider: Spider | None) -> None:
        """A checkpoint, whenever a page was settled since the last one or a request waits for its slot."""
        if not isinstance(spider, NovelSpider) or self._ended_by is not None:
            return
        limit = config.settings().max_pages
        try:
            if spider.asked > limit:
                raise TooLarge(f"{spider.index} leads to more than {limit} pages; raise MAX_PAGES if that is right")
            if time.monotonic() > self._ends_at:
                raise SiteTimeout(self._too_long(spider))
            self._checkpoint(spider)
        except (IngestionError, LeaseLost, Released, SQLAlchemyError) as reason:
            self._ended_by = reason

    def _checkpoint(self, spider: NovelSpider) -> None:
        waiting = getattr(spider, "paced_until", 0.0) > time.monotonic()
        if spider.settled != self._seen or waiting or self._lease.stopping:
            self._seen = spider.settled
            self._lease.checkpoint(pages_done=spider.settled, pages_total=spider.asked)

    def _too_long(self, spider: NovelSpider) -> str:
        seconds = config.settings().queue_job_timeout
        return (
            f"the job took longer than {seconds} s with {spider.settled} of {spider.asked} pages fetched; "
            "they are kept: post the URL again to go on, or raise QUEUE_JOB_TIMEOUT"
        )

    def _spider_error(self, failure: Failure, **_: Any) -> None:
        error = failure.value
        self._ended_by = self._ended_by or (error if isinstance(error, Exception) else RuntimeError(str(error)))


def _first_url(request: Request) -> str:
    """The URL that the spider asked for, before any redirect."""
    urls: list[str] = request.meta.get("redirect_urls") or [request.url]
    return urls[0]
