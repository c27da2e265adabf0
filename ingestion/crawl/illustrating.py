"""The crawl of a novel's pictures: through the same guard, robots.txt, pace and retries as its pages, into the picture store.

Ordinary requests of a spider, and not Scrapy's media pipeline: that goes past the scheduler, where hundreds of pictures at once would
take the next slots of their host from every other worker.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import structlog
from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider, DownloadCancelledError
from scrapy.http import Response
from sqlalchemy.exc import SQLAlchemyError
from twisted.python.failure import Failure

from ingestion import config
from ingestion.crashpoints import Point, reach
from ingestion.crawl.reasons import explain
from ingestion.crawl.underway import UnderWay
from ingestion.errors import IngestionError, LeaseLost, NotFound, ParseError, RateLimited, TooLarge
from ingestion.lease import Lease
from ingestion.pictures import kinds, store, table
from ingestion.pictures.table import Counted
from ingestion.retry import is_retried

log = structlog.get_logger(__name__)

#: A host that fails so often, one time after the other, is left alone with all of its pictures.
FAILURES_IN_A_ROW = 3
#: A host that is away for good, as that of many an old novel is, costs a minute each time.
RETRIES = 1
HEADERS = {"Accept": ", ".join(kinds.MEDIA_TYPES.values())}


class PictureSpider(Spider):
    """Asks each host for its pictures, one after the other, so that one picture of each is in memory at the most."""

    name = "pictures"

    def __init__(self, *args: Any, urls: list[str], lease: Lease, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lease = lease
        self.asked = len(urls)
        self.settled = self.kept = 0
        self.paced_until = 0.0
        self._store = store.opened()
        self._waiting: dict[str, deque[str]] = {}
        self._in_a_row: Counter[str] = Counter()
        for url in urls:
            self._waiting.setdefault(urlsplit(url).netloc, deque()).append(url)

    async def start(self) -> AsyncIterator[Request]:
        """Begin at each host."""
        for host in list(self._waiting):
            for request in self._next(host):
                yield request

    async def arrived(self, response: Response, url: str, host: str) -> AsyncIterator[Request]:
        """Keep the picture, the file before the row: a row never names a file that is not there."""
        if (name := kinds.name(response.body)) is None:
            reason = ParseError(f"{url} is no PNG, JPEG, GIF, WebP or AVIF picture")
            self.lease.write(partial(table.refuse, urls=[url], error=reason, final=True))
        else:
            try:
                await asyncio.to_thread(self._store.put, name, response.body)
            except OSError as error:
                log.error("the picture store takes nothing; pictures are left for the next job", error=str(error))
                raise CloseSpider("picture store") from error
            reach(Point.PICTURE_KEPT)
            self.lease.write(partial(table.keep, url=url, name=name, size=len(response.body)))
            self.kept += 1
            if self.crawler.stats is not None:
                self.crawler.stats.inc_value("pictures/stored")
        self.settled += 1
        self._in_a_row[host] = 0
        for request in self._next(host):
            yield request

    def failed(self, failure: Failure) -> Iterator[Request]:
        """Note why the picture did not come, and go on, unless the host is in trouble or wants no more."""
        request: Request = failure.request  # type: ignore[attr-defined] # Scrapy adds it
        if isinstance(failure.value, LeaseLost | SQLAlchemyError):
            raise failure.value
        url, host = request.cb_kwargs["url"], request.cb_kwargs["host"]
        error = _reason(request, failure)
        self._in_a_row[host] += is_retried(error)
        final = isinstance(error, NotFound | TooLarge)
        self.lease.write(partial(table.refuse, urls=[url], error=error, final=final))
        self.settled += 1
        if isinstance(error, RateLimited) or self._in_a_row[host] >= FAILURES_IN_A_ROW:
            if left := self._waiting.pop(host):
                self.lease.write(partial(table.leave, urls=list(left), because=error))
            self.settled += len(left)
        yield from self._next(host)

    def _next(self, host: str) -> Iterator[Request]:
        if waiting := self._waiting.get(host):
            url = waiting.popleft()
            ours = config.settings()
            yield Request(
                url,
                self.arrived,
                errback=self.failed,
                cb_kwargs={"url": url, "host": host},
                headers=HEADERS,
                meta={
                    "dont_cache": True,
                    "download_maxsize": ours.max_picture_bytes,
                    "max_retry_times": min(RETRIES, ours.page_retries),
                    "referrer_policy": "no-referrer",
                },
                dont_filter=True,  # two spellings of one address are two requests: each leads to the next
            )


class PicturesUnderWay(UnderWay[PictureSpider]):
    """The crawl of a novel's pictures, `before` of which are there. Nothing that a site does is an error of the job's."""

    def __init__(self, lease: Lease, *, before: Counted) -> None:
        super().__init__(lease)
        self._before = before

    def check(self) -> None:
        """Raise what must end the attempt."""
        if self._ended_by is not None:
            raise self._ended_by
        if self._cut_short is not None:
            log.warning("pictures are left for the next job", reason=str(self._cut_short))

    def _judge(self, spider: PictureSpider) -> None:
        """Nothing: the spider itself leaves a host alone that is in trouble."""

    def _progress(self, spider: PictureSpider) -> dict[str, int]:
        saved = min(self._before.saved + spider.kept, self._before.total)
        return {"pictures_saved": saved, "pictures_missing": self._before.total - saved}


def _reason(request: Request, failure: Failure) -> IngestionError:
    if isinstance(failure.value, DownloadCancelledError):
        return TooLarge(f"{request.url} is larger than a picture may be; raise MAX_PICTURE_BYTES if that is right")
    assert failure.value is not None  # noqa: S101 - for the type checker: a failure is of something
    return explain(request, failure.value)
