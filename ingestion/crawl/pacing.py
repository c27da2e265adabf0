"""The last thing before the network: each request that really leaves waits for its host's turn, and what comes back moves the pace.

robots.txt's Crawl-delay lengthens the interval; 429, 503 and Retry-After make every worker slower on that host.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any
from urllib.parse import urlsplit

import redis
import structlog
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.robotstxt import RobotParser

from ingestion.crawl.dialling import Forbidden
from ingestion.crawl.reasons import retry_after
from ingestion.errors import RateLimited, RobotsDisallowed
from ingestion.pace import HostRests, Pace, Slot, SlotVoid

log = structlog.get_logger(__name__)

REFUSALS = {429, 503}
#: A crawl waits as long for a host that asked for a rest; for a longer one the job goes back to the queue.
LONGEST_REST_SECONDS = 60.0
#: More between two pages, and a novel would take months: the site does not want programs.
LONGEST_DELAY_SECONDS = 300.0
#: A Redis that only restarts is waited for.
PATIENCE_SECONDS = 5.0
AGAIN_SECONDS = 0.25


class PaceMiddleware:
    """Holds each request until its host's next free slot."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        wish = getattr(crawler.spidercls, "pace", 0.0) if crawler.settings.getbool("PACE_OF_SPIDER") else 0.0
        told = crawler.settings.getfloat("PACE_SECONDS")
        self._interval = max(told, wish) if told else 0.0
        self._agent: str = crawler.settings["USER_AGENT"]
        self._delays: dict[str, float] = {}
        self._pace = Pace(longest_rest=LONGEST_REST_SECONDS) if self._interval else None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PaceMiddleware:
        """Scrapy's way of making a middleware."""
        made = cls(crawler)
        crawler.signals.connect(made.heed_crawl_delay, signals.robots_parsed)
        return made

    def heed_crawl_delay(self, robotparser: RobotParser, request: Request) -> None:
        """Keep what a robots.txt asks for; nothing where it asks for nothing."""
        self._delays[urlsplit(request.url).netloc] = robotparser.crawl_delay(self._agent) or 0.0

    async def process_request(self, request: Request) -> None:
        """Wait for the slot, and note when the request leaves: what the answer says was true then, and perhaps no more later."""
        if self._pace is not None:
            host = urlsplit(request.url).netloc
            await self._turn(self._pace, host, max(self._interval, self._delays.get(host, 0.0)))
        request.meta["left_at"] = time.monotonic()

    def process_response(self, request: Request, response: Response) -> Response:
        """Tell every worker that the host has had too much, or that it answers again."""
        if self._pace is not None and not self._pace.is_alone:
            host = urlsplit(request.url).netloc
            try:
                if response.status in REFUSALS:
                    self._pace.refused(host, retry_after(response))
                else:
                    self._pace.answered(host)
            except redis.RedisError:
                self._pace.take_alone(host, self._interval)
        return response

    async def _turn(self, pace: Pace, host: str, interval: float) -> None:
        if interval > LONGEST_DELAY_SECONDS:
            told = (
                f"robots.txt of {host} asks for {interval:.0f} s between two pages (Crawl-delay), which no crawl waits"
            )
            raise Forbidden(RobotsDisallowed(told))
        left, begun = False, time.monotonic()
        while not left:
            slot = await self._slot(pace, host, interval)
            try:
                await self._use(pace, host, slot, interval)
                left = True
            except SlotVoid as told:
                log.debug("another turn is needed", reason=str(told))
            except redis.RedisError:
                await rest(self._crawler.spider, AGAIN_SECONDS)
        self._count(time.monotonic() - begun)

    async def _use(self, pace: Pace, host: str, slot: Slot, interval: float) -> None:
        """Wait until the request may leave."""
        await rest(self._crawler.spider, slot.wait)
        turn = pace.use(host, slot, interval)
        await rest(self._crawler.spider, turn.wait)
        while not turn.has_come:
            turn = pace.use(host, slot, interval, turn)
            await rest(self._crawler.spider, turn.wait)

    def _count(self, seconds: float) -> None:
        if (stats := self._crawler.stats) is not None:
            stats.inc_value("pace/waits")
            stats.inc_value("pace/wait_seconds", seconds)  # type: ignore[arg-type] # it adds whatever can be added

    async def _slot(self, pace: Pace, host: str, interval: float) -> Slot:
        """A turn; without Redis, if it stays away for longer than a restart takes, one of this process's own."""
        patient_until = time.monotonic() + PATIENCE_SECONDS
        while not pace.is_alone:
            try:
                return pace.take(host, interval)
            except HostRests as told:
                raise Forbidden(RateLimited(str(told), retry_after=told.seconds)) from told
            except redis.RedisError:
                if time.monotonic() > patient_until:
                    break
                await rest(self._crawler.spider, AGAIN_SECONDS)
        return pace.take_alone(host, interval)


async def rest(spider: Any, seconds: float) -> None:
    """Wait. The spider's `paced_until` tells the lease that this is no standstill."""
    spider.paced_until = max(getattr(spider, "paced_until", 0.0), time.monotonic() + seconds)
    await asyncio.sleep(seconds)
