"""Scrapy's own retries of a page, but not at once: exponential backoff with jitter, and not before the site's Retry-After says.

Of the three tiers of failure this is the first; a job's own retries are in `ingestion.retry`.
"""

from __future__ import annotations

import random

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.http import Response
from scrapy.settings import BaseSettings

from ingestion.crawl.pacing import rest
from ingestion.crawl.reasons import retry_after

#: A page may keep a crawl waiting for as long; a site that wants more of a rest gets it between two attempts of the job.
LONGEST_WAIT_SECONDS = 60.0


class PageRetryMiddleware(RetryMiddleware):
    """RetryMiddleware with a wait before each retry."""

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        self._first_seconds = settings.getfloat("PAGE_RETRY_SECONDS")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PageRetryMiddleware:
        """Scrapy's way of making a middleware."""
        made = cls(crawler.settings)
        made.crawler = crawler
        return made

    async def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The response, or the request once more after a wait; the response too when the site wants a longer rest."""
        asked = retry_after(response)
        if asked is not None and asked > LONGEST_WAIT_SECONDS:
            return response
        answer = super().process_response(request, response)
        return await self._rested(answer, asked) if isinstance(answer, Request) else answer

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:  # type: ignore[override]
        """The request once more after a wait, or None to let the failure take its course."""
        answer = super().process_exception(request, exception)
        return await self._rested(answer, None) if isinstance(answer, Request) else None

    async def _rested(self, request: Request, asked: float | None) -> Request:
        doubled: float = self._first_seconds * 2 ** (request.meta["retry_times"] - 1)
        seconds = max(asked or 0.0, doubled * random.uniform(0.5, 1))  # noqa: S311 - no secret
        await rest(self.crawler.spider, seconds)
        return request
