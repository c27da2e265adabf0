"""What the cheapest sign of a change says: the same text as long as nothing is new, whatever else about the page changes. Pure."""

from __future__ import annotations

from urllib.parse import urldefrag

from parsel import Selector
from scrapy.http import Response, TextResponse

from ingestion.items import IndexPage, Novel

_ENTRIES = "//*[local-name() = 'item' or local-name() = 'entry']"
_FACT = "./*[contains(' guid id link title pubDate updated ', concat(' ', local-name(), ' '))]"


def feed(response: Response) -> str | None:
    """The entries of an RSS or Atom feed: which they are, what they are called, and their dates. None for what is no feed."""
    if not isinstance(response, TextResponse):
        return None
    root = Selector(text=response.text, type="xml")
    entries = [" ".join(entry.xpath(f"{_FACT}/text() | {_FACT}/@href").getall()) for entry in root.xpath(_ENTRIES)]
    return "\n".join(entries) or None


def index(response: Response, novel: Novel, page: IndexPage) -> str | None:
    """What an index page says of its novel, and the page itself where it holds a chapter. None where it is only a part of the index."""
    if page.further or page.index_url is not None or page.is_chain(response.url) or not page.links:
        return None
    holds_a_text = any(urldefrag(link.url).url == response.url for link in page.links)
    return f"{novel!r}\n{page!r}\n{response.text if holds_a_text else ''}"
