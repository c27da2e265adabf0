"""One crawl under way: its progress goes to the lease, and whatever must end it ends it."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from scrapy import Request, signals
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from sqlalchemy.exc import SQLAlchemyError
from twisted.python.failure import Failure

from ingestion import config, pages
from ingestion.crawl.reasons import explain
from ingestion.errors import (
    IngestionError,
    LeaseLost,
    Locked,
    NotFound,
    OutOfTime,
    ParseError,
    RateLimited,
    Released,
    SiteError,
    TooLarge,
    Unreachable,
    UnsupportedSite,
)
from ingestion.items import Asked, Hole
from ingestion.lease import Lease
from ingestion.retry import is_retried
from spiders.base import NovelSpider

TICK_SECONDS = 0.25
#: How long requests under way may take to end after a stop; then they are left behind.
STOP_SECONDS = 3.0
#: How much longer than DOWNLOAD_TIMEOUT a crawl may settle nothing until it counts as hung.
STALL_SECONDS = 15.0
#: So many pages that fail one after the other mean that the site is in trouble, or wants no more of us for now.
FAILURES_IN_A_ROW = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Crawled:
    """What a crawl leaves behind, beside the pages in the store: the index's URL and why some pages are not there, by URL.

    `cut_short` says why the crawl ended before it had asked for every page, where it did; `stored` counts the new pages.
    """

    index_url: str
    holes: dict[str, Hole] = field(default_factory=dict)
    cut_short: SiteError | None = None
    stored: int = 0

    @property
    def went_well(self) -> bool:
        """Whether it ended early through nobody's fault, and farther than where it began: such an attempt is not spent."""
        return self.stored > 0 and isinstance(self.cut_short, OutOfTime | RateLimited)


class Asking(Protocol):
    """A spider that says how far it has come: what it asked for, what was settled, until when (monotonic) the next waits."""

    asked: int
    settled: int
    paced_until: float


S = TypeVar("S", bound=Asking)


class UnderWay(ABC, Generic[S]):
    """One crawl under way: its progress goes to the lease, and whatever must end it ends it."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._ends_at = lease.begun + config.settings().queue_job_timeout
        self._ended_by: Exception | None = None
        self._cut_short: SiteError | None = None
        self._settled = -1
        self._moved_at = time.monotonic()

    @abstractmethod
    def _judge(self, spider: S) -> None:
        """Look at what has become of the requests so far: end the crawl early, or raise what must end the attempt."""

    @abstractmethod
    def _progress(self, spider: S) -> dict[str, int]:
        """What the job's row is to say of it."""

    def watch(self, crawler: Crawler) -> None:
        """Listen for faults in a spider: they end the crawl."""
        crawler.signals.connect(self._spider_error, signals.spider_error)

    async def until_done(self, runner: AsyncCrawlerRunner, crawler: Crawler, **arguments: Any) -> None:
        """Run the crawl to its end, or until a checkpoint, a limit or the site ends it."""
        task = runner.crawl(crawler, lease=self._lease, **arguments)
        while not task.done() and not self._is_over():
            await asyncio.wait({task}, timeout=TICK_SECONDS)
            self._check(crawler.spider)
        if not task.done():
            stop = asyncio.ensure_future(crawler.stop_async())
            await asyncio.wait({task, stop}, timeout=STOP_SECONDS)
        if not self._is_over():
            await task

    def _is_over(self) -> bool:
        return self._ended_by is not None or self._cut_short is not None

    def _check(self, spider: Any) -> None:
        """A checkpoint, and a look at everything that may end the crawl."""
        if spider is None or self._ended_by is not None:
            return
        try:
            if time.monotonic() > self._ends_at:
                self._cut_short = OutOfTime(self._too_long(spider))
            self._judge(spider)
            self._checkpoint(spider)
        except (IngestionError, LeaseLost, Released, SQLAlchemyError) as reason:
            self._ended_by = reason

    def _checkpoint(self, spider: S) -> None:
        """Renew the lease as long as pages are settled, or can still be: a request has DOWNLOAD_TIMEOUT to be answered."""
        if spider.settled != self._settled:
            self._settled, self._moved_at = spider.settled, time.monotonic()
        still_by = max(self._moved_at, spider.paced_until) + config.settings().download_timeout + STALL_SECONDS
        if time.monotonic() < still_by:
            self._lease.checkpoint(**self._progress(spider))
        else:
            self._lease.look()

    def _too_long(self, spider: S) -> str:
        seconds = config.settings().queue_job_timeout
        return (
            f"the job took longer than {seconds} s with {spider.settled} of {spider.asked} pages fetched; "
            "they are kept, and the next attempt goes on from them; raise QUEUE_JOB_TIMEOUT if that is often so"
        )

    def _spider_error(self, failure: Failure, **_: Any) -> None:
        error = failure.value
        self._ended_by = self._ended_by or (error if isinstance(error, Exception) else RuntimeError(str(error)))


class NovelUnderWay(UnderWay[NovelSpider]):
    """The crawl of a novel's pages."""

    def __init__(self, lease: Lease) -> None:
        super().__init__(lease)
        self._judged = self._arrived = self._in_a_row = 0

    def result(self, crawler: Crawler) -> Crawled:
        """What was found, or the reason why the crawl ended early, raised."""
        if self._ended_by is not None:
            raise self._ended_by
        spider = crawler.spider
        assert isinstance(spider, NovelSpider)  # noqa: S101 - for the type checker: we made it
        if not spider.settled and self._cut_short is None:
            self._lease.write(partial(pages.reject, asked=[spider.index or ""]))
            raise Unreachable(f"{spider.index} leads back to itself; the site redirects in a circle")
        holes = {}
        for request, failure in spider.failures:
            error = explain(request, failure)
            if isinstance(failure, IngestionError):
                self._lease.write(partial(pages.reject, asked=[_asked(request)]))
            if request.callback != spider.parse_chapter and not _ends_a_chain(request, error):
                raise error
            final = request.callback != spider.parse_chapter and isinstance(error, NotFound | Locked)
            holes[_first_url(request)] = Hole(kind=error.kind, reason=str(error), final=final)
        return Crawled(index_url=spider.index or "", holes=holes, cut_short=self._cut_short, stored=_stored(crawler))

    def _judge(self, spider: NovelSpider) -> None:
        """What the pages that failed since the last look mean for the crawl as a whole."""
        limit = config.settings().max_pages
        if spider.asked > limit:
            raise TooLarge(f"{spider.index} leads to more than {limit} pages; raise MAX_PAGES if that is right")
        arrived = spider.settled - len(spider.failures)
        if arrived != self._arrived:
            self._arrived, self._in_a_row = arrived, 0
        for request, failure in spider.failures[self._judged :]:
            if isinstance(failure, LeaseLost | Released | SQLAlchemyError):
                raise failure
            error = explain(request, failure)
            self._in_a_row += 1
            if isinstance(error, RateLimited) or (is_retried(error) and self._in_a_row >= FAILURES_IN_A_ROW):
                self._cut_short = error if isinstance(error, SiteError) else None
        self._judged = len(spider.failures)

    def _progress(self, spider: NovelSpider) -> dict[str, int]:
        return {"pages_done": spider.settled, "pages_total": spider.asked}


def _stored(crawler: Crawler) -> int:
    """How many pages the crawl has put into the store (a statistic of Scrapy's cache middleware)."""
    stats = crawler.stats
    return stats.get_value("httpcache/store", 0) if stats else 0


def _ends_a_chain(request: Request, error: IngestionError) -> bool:
    """Whether a chapter that the one before leads to is not there, or is none; those before it are chapters all the same."""
    unread = isinstance(error, NotFound | Locked | ParseError | UnsupportedSite)
    return unread and bool(request.meta.get("chain"))


def _asked(request: Request) -> Asked:
    """How the spider asked, before any redirect: a form may have become a GET by then."""
    asked: Asked = request.meta.get("asked") or _first_url(request)
    return asked


def _first_url(request: Request) -> str:
    """The URL that the spider asked for, before any redirect."""
    urls: list[str] = request.meta.get("redirect_urls") or [request.url]
    return urls[0]
