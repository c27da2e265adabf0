"""Answers a site's plain question of age by a cookie, where the operator has said that the readers are adults (ADULT_PAGES)."""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.settings import BaseSettings
from scrapy.utils.url import url_is_from_any_domain


class AdultMiddleware:
    """Sends ADULT_COOKIES to the site that asks (SITE_HOSTS) and nowhere else. Nothing that a site sets is ever kept or sent back."""

    def __init__(self, settings: BaseSettings) -> None:
        self._hosts = settings.getlist("SITE_HOSTS")
        self._cookie = "; ".join(f"{name}={value}" for name, value in settings.getdict("ADULT_COOKIES").items())
        if not self._cookie:
            raise NotConfigured

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> AdultMiddleware:
        """Scrapy's way of making a middleware."""
        return cls(crawler.settings)

    def process_request(self, request: Request) -> None:
        """Add the cookie; a redirect may have led elsewhere, with the headers that the request had before."""
        request.headers.pop("Cookie", None)
        if url_is_from_any_domain(request.url, self._hosts):
            request.headers["Cookie"] = self._cookie
