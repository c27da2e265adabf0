"""What a worker does once so that none of its children has to: import what a crawl needs, and read a page.

Parsers compile many of their expressions, and fill their tables, only when they first read.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any

from scrapy.http import HtmlResponse
from scrapy.utils.misc import load_object

from ingestion import config, sanitize
from ingestion.crawl import settings
from ingestion.errors import IngestionError
from spiders.generic import Generic

#: The settings that name a class, and those that name a group of them.
SINGLE_COMPONENTS = (
    "DUPEFILTER_CLASS",
    "HTTPCACHE_POLICY",
    "HTTPCACHE_STORAGE",
    "ITEM_PROCESSOR",
    "LOG_FORMATTER",
    "REQUEST_FINGERPRINTER_CLASS",
    "ROBOTSTXT_PARSER",
    "SCHEDULER",
    "SCHEDULER_MEMORY_QUEUE",
    "SCHEDULER_PRIORITY_QUEUE",
    "STATS_CLASS",
    "DOWNLOADER",
)
COMPONENT_GROUPS = ("DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "EXTENSIONS", "DOWNLOAD_HANDLERS")
#: What Twisted and Scrapy import only when they use it.
LATE_IMPORTS = ("twisted.internet.asyncioreactor", "twisted.internet.endpoints", "twisted.web.client", "protego")
URL = "http://localhost/novel/1"
CHAPTERS = "".join(f'<li><a href="/novel/1/{n}">Chapter {n}: A Door</a></li>' for n in range(1, 6))
TEXT = "<p>It rained, and nobody had closed the door, so that the water stood in the hall.</p>" * 9
PAGE = """<html><head><title>Chapter 1: A Door</title></head><body><h1>Chapter 1: A Door</h1>{}
<a rel="next" href="/novel/1/2">Next</a></body></html>"""


def warm() -> None:
    """Import everything that a crawl will need, and read a page, so that a child forked afterwards need not. Makes no reactor.

    Raises ConfigError when a file in SPIDERS_DIR cannot be used: a worker does not begin so.
    """
    chosen = settings.base()
    components = [chosen[name] for name in SINGLE_COMPONENTS]
    for name in COMPONENT_GROUPS:
        group: dict[Any, Any] = chosen.getdict(f"{name}_BASE")
        components += [key if isinstance(value, int) else value for key, value in group.items() if value is not None]
    for component in components:
        load_object(component)
    for module in LATE_IMPORTS:
        import_module(module)
    _read()
    if broken := settings.loader().broken:
        raise config.ConfigError("; ".join(f"SPIDERS_DIR: {error}" for error in broken))


@cache
def _read() -> None:
    """Read a list of chapters and a chapter, of no site."""
    reader = Generic(url=URL)
    for body in (f"<ol>{CHAPTERS}</ol>", f"<article>{TEXT}</article>"):
        page = HtmlResponse(URL, body=PAGE.format(body), encoding="utf-8")
        for method in (reader.novel, reader.chapters, reader.chapter):
            with suppress(IngestionError):  # the list is no chapter
                method(page)
    sanitize.clean(TEXT, URL)
