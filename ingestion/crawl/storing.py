"""The page store as Scrapy's HTTP cache: `PageStore` is the storage, `PageStoreMiddleware` the middleware, `ingestion.freshness` the policy.

What comes at the same time is looked up by one statement, and written by one. A response goes no further until it is written.
"""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import zstandard
from scrapy import Request, Spider, signals
from scrapy.downloadermiddlewares.httpcache import HttpCacheMiddleware
from scrapy.http import Response
from scrapy.settings import BaseSettings
from scrapy.utils.request import fingerprint

from ingestion import db, pages
from ingestion.crashpoints import Point, reach
from ingestion.lease import Lease
from ingestion.models import Page

COMPRESSION_LEVEL = 3
#: A look at the database's clock that took longer is no good, and taken again; so often at the most.
PROMPT_SECONDS = 0.1
LOOKS = 2
#: How many of the requests that wait are looked up with one, and for how long it holds: another job may store a page meanwhile.
AHEAD = 31
SEEN_SECONDS = 0.5
#: After so many turns of the event loop in which no other response came, those that have come are written.
QUIET_TURNS = 4


class PageStore:
    """Scrapy's cache storage interface on the table `page`. Where a job's spider has a `lease`, only its owner can write."""

    def __init__(self, settings: BaseSettings) -> None:
        self._compressor = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL)
        self._in_haste = not settings.getfloat("PACE_SECONDS")
        self._expected: dict[bytes, None] = {}
        self._seen: dict[bytes, Page] = {}
        self._looked_up: set[bytes] = set()
        self._clock: tuple[datetime, float] | None = None
        self._waiting: list[dict[str, Any]] = []

    def open_spider(self, spider: Spider) -> None:
        """Hear of what will be asked for. Connections are made when they are needed."""
        spider.crawler.signals.connect(self.expect, signals.request_scheduled)
        spider.crawler.signals.connect(self.forget, signals.request_dropped)

    def close_spider(self, spider: Spider) -> None:
        """Nothing to close."""

    def expect(self, request: Request) -> None:
        """Note that the page will be asked for."""
        self._expected[fingerprint(request)] = None

    def forget(self, request: Request) -> None:
        """Note that it will not."""
        self._expected.pop(fingerprint(request), None)

    def retrieve_response(self, spider: Spider, request: Request) -> Response | None:
        """The stored response, with ``fetched_at`` and ``age`` in ``request.meta``; None when there is none to trust.

        ``clock`` is there in any case: the database's time, and our monotonic one that is not before it.
        """
        key = fingerprint(request)
        now, _ = request.meta["clock"] = self._look(spider, key)
        self._looked_up.discard(key)
        found = self._seen.pop(key, None)
        if found is None or found.rejected_at is not None:
            return None
        request.meta["fetched_at"], request.meta["age"] = found.fetched_at, now - found.fetched_at
        return pages.response(found)

    def _look(self, spider: Spider, key: bytes) -> tuple[datetime, float]:
        """See what the store has of the page, and of those that come next, unless that was seen just now; the clock of then."""
        self._expected.pop(key, None)
        if self._clock and key in self._looked_up and time.monotonic() - self._clock[1] < SEEN_SECONDS:
            return self._clock
        keys = [key, *islice(self._expected, AHEAD)]
        lease = _lease(spider)
        read = lease.patiently if lease else db.patiently
        for _ in range(LOOKS):
            before = time.monotonic()
            now, self._seen = read(partial(pages.look, keys=keys))
            clock = now, (after := time.monotonic())
            if after - before < PROMPT_SECONDS:
                break
        self._clock, self._looked_up = clock, set(keys)
        return clock

    def store_response(self, spider: Spider, request: Request, response: Response) -> None:
        """Have the response written with the next `write`; one that the site has just confirmed (304) gets its headers and time only."""
        row: dict[str, Any] = {
            "fingerprint": fingerprint(request),
            "url": request.url,
            "host": urlsplit(request.url).netloc,
            "status": response.status,
            "headers": pages.as_text(response.headers),
            "fetched_at": _asked_at(request),
            "rejected_at": None,
        }
        if "cached" not in response.flags:
            row["body"] = self._compressor.compress(response.body)
        reach(Point.PAGE_FETCHED)
        self._waiting.append(row)

    @property
    def waiting(self) -> int:
        """How many responses wait to be written."""
        return len(self._waiting)

    def write(self, spider: Spider) -> None:
        """Write all responses that wait for it. Raises LeaseLost when another attempt owns the job, and then they go on waiting."""
        if not self._waiting:
            return
        lease = _lease(spider)
        write = lease.write if lease else db.patiently
        write(partial(pages.store, rows=self._waiting, in_haste=self._in_haste))
        for _ in self._waiting:
            reach(Point.PAGE_STORED)
        self._waiting = []


def _lease(spider: Spider) -> Lease | None:
    """What a job's spider carries; a spider run by hand (`scrapy crawl`) carries none."""
    return getattr(spider, "lease", None)


def _asked_at(request: Request) -> datetime | None:
    """When the request left, by the database's clock: the site may have changed since, before and after it answered."""
    if not {"clock", "left_at"} <= request.meta.keys():
        return None
    now, ours = request.meta["clock"]
    moment: datetime = now + timedelta(seconds=request.meta["left_at"] - ours)
    return moment


class PageStoreMiddleware(HttpCacheMiddleware):
    """Scrapy's own, but honest when the site is away: an old page is no answer to a request that failed."""

    async def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The page, once it is in the store. Who fails to write leaves it to the next, who cannot go on without either."""
        answer = super().process_response(request, response)
        await self._others()
        self.storage.write(self.crawler.spider)
        return answer

    async def _others(self) -> None:
        """Wait for those that come at the same time."""
        waiting = quiet = 0
        while quiet < QUIET_TURNS:
            await asyncio.sleep(0)
            quiet = quiet + 1 if self.storage.waiting <= waiting else 0
            waiting = self.storage.waiting

    def process_exception(self, request: Request, exception: Exception, spider: Spider | None = None) -> None:
        """Forget the stored page that was to be confirmed, and let the failure take its course."""
        request.meta.pop("cached_response", None)
