"""Crawls in this process: Scrapy's AsyncCrawlerRunner in a reactor of its own. A novel's pages, then its pictures.

A reactor is made once in a process's life, so this is for the forked child of a worker. Importing this module imports all that
a crawl needs and installs no reactor: the parent does it before it forks.
"""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.http import Response
from scrapy.settings import Settings

from ingestion import config, pictures, sources
from ingestion.crawl.errand import Errand, ErrandUnderWay, sent
from ingestion.crawl.illustrating import PictureSpider, PicturesUnderWay
from ingestion.crawl.reactor import in_reactor
from ingestion.crawl.settings import for_job, for_site, loader, pace_of, refuse_off
from ingestion.crawl.underway import Crawled, NovelUnderWay, UnderWay
from ingestion.crawl.warming import warm
from ingestion.errors import IngestionError, UnsupportedSite
from ingestion.items import ParsedNovel
from ingestion.lease import Lease
from ingestion.models import Job
from ingestion.pictures import table
from ingestion.status import Refresh
from spiders import asking
from spiders.base import NovelSpider

__all__ = [
    "Crawled",
    "broken",
    "illustrate",
    "look",
    "look_again",
    "pace_of",
    "run",
    "sign",
    "source",
    "spider_for",
    "spider_named",
    "spiders",
    "warm",
]

FALLBACK_SPIDER = "generic"

T = TypeVar("T")


def spider_for(url: str) -> type[NovelSpider]:
    """The spider whose site `url` belongs to, or the generic one. Raises UnsupportedSite where SITE_ALIASES names one that is none."""
    host = urlsplit(url).netloc
    alias = config.settings().site_aliases.get(host)
    if alias is not None and alias not in loader().list():
        raise UnsupportedSite(
            f"SITE_ALIASES gives {host} to the spider {alias}, and there is none of that name; `python cli.py spiders` lists them"
        )
    return _spider(alias or next(iter(loader().find_by_request(Request(url))), FALLBACK_SPIDER))


def spider_named(name: str) -> type[NovelSpider]:
    """The spider of this name. Raises KeyError when there is none."""
    return _spider(name)


def spiders() -> list[type[NovelSpider]]:
    """Every spider there is, by name."""
    return [_spider(name) for name in sorted(loader().list())]


def look_again() -> None:
    """Take in what has changed in SPIDERS_DIR. For a worker between two jobs: a job goes by the same spiders from its begin to its end."""
    loader().look_again()


def broken() -> list[str]:
    """Why files in SPIDERS_DIR cannot be used, a sentence each."""
    return [str(error) for error in loader().broken]


def _spider(name: str) -> type[NovelSpider]:
    found = loader().load(name)
    if not issubclass(found, NovelSpider):
        raise TypeError(f"spider {name} is no NovelSpider")
    return found


def source(job: Job, lease: Lease) -> tuple[type[NovelSpider], str]:
    """Where the job's novel is read from, and by which spider: at the job's URL, or where a novel is now that was there before."""
    spider = spider_for(job.canonical_url)
    index_url = spider.index_url(job.canonical_url)
    if job.moves_id is None and (now := lease.patiently(partial(sources.current, index_url=index_url))):
        return spider_for(now), now
    return spider, job.canonical_url


def run(job: Job, spider: type[NovelSpider], url: str, lease: Lease) -> Crawled:
    """Fetch the index of the novel at `url` and every chapter page that the store lacks.

    Raises IngestionError when the index cannot be had, or the spider is off; LeaseLost and Released as `Lease.checkpoint` does. A chapter's page
    that cannot be had is no error here but a hole in the result. A site that asks for a rest, or that fails again and again,
    is left alone: the crawl ends early.
    """
    refuse_off(spider)
    crawl = NovelUnderWay(lease)
    return crawl.result(_crawl(crawl, spider, for_job(job, spider), url=url))


def sign(job: Job, spider: type[NovelSpider], url: str, lease: Lease) -> str | None:
    """What the cheapest sign of a change says of the novel at `url`, asked for on condition that it is not as in the store.

    None when it does not tell. Raises as `look` does.
    """
    reader = spider(url=url)
    index = reader.index or url
    request = asking.request(spider.sign_url(index), meta={"role": "index", "asked": spider.sign_url(index)})
    answer: Response = look(spider, url, lambda get: get(request), lease, stored_for=job)
    try:
        return reader.sign_of(answer)
    except IngestionError:  # it is not what it should be: the index's own crawl tells what is wrong
        return None


def look(spider: type[NovelSpider], url: str, errand: Errand[T], lease: Lease, *, stored_for: Job | None = None) -> T:
    """What the errand returns, done at the spider's site, which `url` belongs to, as a job of its own that stores no page.

    With `stored_for` it is a part of that job, and has its page store.

    Raises what the errand raises, RobotsDisallowed when the spider is off, what ends a job before its time, and as `Lease.checkpoint` does.
    """
    refuse_off(spider)
    outcome: Future[T] = Future()
    crawl = ErrandUnderWay(lease)
    settings = for_job(stored_for, spider) if stored_for else Settings(for_site(spider, url))
    _crawl(crawl, sent(spider, errand, outcome), settings, url=url)
    crawl.check()
    return outcome.result(timeout=0)


def illustrate(job: Job, spider: type[NovelSpider], parsed: ParsedNovel, lease: Lease) -> str:
    """Fetch the pictures of a novel that `spider` reads, as far as they are not there; how many there are, in words.

    A picture that cannot be had is no error but noted with its reason. Raises LeaseLost and Released as `Lease.checkpoint` does.
    """
    ours = config.settings()
    shown = pictures.shown_by(parsed)
    if not shown or not ours.pictures:
        return ""
    since = job.fresh_since if job.refresh is Refresh.ALL else None
    wanted = partial(table.wanted, urls=shown[: ours.max_pictures], since=since)
    counted = partial(table.counted, urls=shown)
    if urls := lease.patiently(wanted):
        crawl = PicturesUnderWay(lease, before=lease.patiently(counted))
        _crawl(crawl, PictureSpider, for_job(job, spider), urls=urls)
        crawl.check()
    after = lease.patiently(counted)
    lease.checkpoint(pictures_saved=after.saved, pictures_missing=after.total - after.saved)
    return str(after)


def _crawl(crawl: UnderWay[Any], spider: type[Spider], settings: Settings, **arguments: Any) -> Crawler:
    """Run `spider` to its end in this process's reactor; the crawler that did it."""
    runner = AsyncCrawlerRunner(settings)
    crawler = runner.create_crawler(spider)
    crawl.watch(crawler)
    in_reactor(crawl.until_done(runner, crawler, **arguments))
    return crawler
