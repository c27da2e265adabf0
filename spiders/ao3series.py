"""A series on the Archive of Our Own: its page lists works, each of which is a volume and an index page of its own."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from parsel import Selector
from scrapy.http import Response

from ingestion.items import ChapterLink, IndexPage, Novel
from spiders import ao3instead
from spiders.fragments import first, paragraphs, tree, words

PATH = re.compile(r"/series/(\d+)(?=/|$)")
_WORK = re.compile(r"/works/(\d+)$")


def novel(response: Response, key: str) -> Novel:
    """From the series' head. Raises what the page says instead."""
    page = _page(response)
    about = page.css("dl.series.meta blockquote.userstuff")
    return Novel(
        key=f"series/{key}",
        url=response.url.partition("?")[0],
        title=first(page, "h2.heading") or f"Series {key}",
        authors=tuple(dict.fromkeys(filter(None, map(words, page.css('dl.series.meta a[rel="author"]'))))),
        description=paragraphs(about[0]) if about else None,
    )


def works(response: Response, key: str, origin: str) -> IndexPage:
    """The pages of its works, in its order, and the next page of its list. A work for registered users alone is locked."""
    page = _page(response)
    further, locked = [], []
    for blurb in page.css("ul.series li.work"):
        link = blurb.css("h4.heading a[href*='/works/']")
        found = _WORK.search(urlsplit(link.attrib.get("href", "")).path)
        if found is None:
            continue
        url = f"{origin}/works/{found[1]}?view_full_work=true&view_adult=true&series={key}"
        if blurb.css('img[title="Restricted"]'):
            title = words(link[0])
            locked.append(ChapterLink(key=found[1], url=url, title=title, volume=title, locked=True))
        else:
            further.append(url)
    further += [response.urljoin(url) for url in page.css("ol.pagination li.next a::attr(href)").getall()[:1]]
    return IndexPage(links=tuple(locked), further=tuple(further), strategy="ul.series")


def _page(response: Response) -> Selector:
    page = tree(response)
    if not page.css("ul.series li.work"):
        raise ao3instead.of_work(response, page)
    return page
