"""Runs one spider in this process: Scrapy's AsyncCrawlerRunner in a reactor of its own, every page into the page store.

A reactor runs once in a process's life, so this is for the forked child of a worker. Importing this module imports all that
a crawl needs and installs no reactor: the parent does it before it forks.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.utils.reactor import install_reactor

from ingestion import config
from ingestion.crawl.dialling import install_guarded_resolver
from ingestion.crawl.settings import for_job, loader, pace_of, warm
from ingestion.crawl.underway import Crawled, UnderWay
from ingestion.lease import Lease
from ingestion.models import Job
from spiders.base import NovelSpider

__all__ = ["Crawled", "pace_of", "run", "spider_for", "spider_named", "spiders", "warm"]

FALLBACK_SPIDER = "generic"
REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"


def spider_for(url: str) -> type[NovelSpider]:
    """The spider whose site `url` belongs to, or the generic one."""
    alias = config.settings().site_aliases.get(urlsplit(url).netloc)
    return _spider(alias or next(iter(loader().find_by_request(Request(url))), FALLBACK_SPIDER))


def spider_named(name: str) -> type[NovelSpider]:
    """The spider of this name. Raises KeyError when there is none."""
    return _spider(name)


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
    that cannot be had is no error here but a hole in the result. A site that asks for a rest, or that fails again and again,
    is left alone: the crawl ends early.
    """
    install_reactor(REACTOR)
    from twisted.internet import reactor as installed

    reactor: Any = installed  # a module that stands for an object
    install_guarded_resolver(reactor)
    crawl = UnderWay(lease)
    runner = AsyncCrawlerRunner(for_job(job, spider))
    crawler = runner.create_crawler(spider)
    crawl.watch(crawler)
    loop = asyncio.get_event_loop()
    task = loop.create_task(crawl.until_done(runner, crawler, job.canonical_url))
    # Not stop(), which waits for threads: a name that is being looked up would keep the job's end from being written.
    task.add_done_callback(lambda _: reactor.crash())
    reactor.run(installSignalHandlers=False)
    task.result()
    return crawl.result(crawler)
