"""The plainest spider: an index's links, each page's text, and nothing is kept of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from scrapy import Spider
from scrapy.http import Response


class BareSpider(Spider):
    """Crawls the novel at `url`, and prints the seconds that Scrapy took for it without its start."""

    name = "bare"

    def __init__(self, url: str, **others: Any) -> None:
        super().__init__(**others)
        self.start_urls = [url]

    def parse(self, response: Response) -> Iterator[Any]:
        yield from response.follow_all(response.css("ol a::attr(href)").getall(), callback=self.parse_chapter)

    def parse_chapter(self, response: Response) -> Iterator[dict[str, str | None]]:
        yield {"title": response.css("h1::text").get(), "text": response.css("main .text").get()}

    def closed(self, reason: str) -> None:
        stats = self.crawler.stats
        begun = stats.get_value("start_time")
        print((datetime.now(UTC) - begun).total_seconds(), stats.get_value("item_scraped_count", 0))
