"""A canary for each site that the library has: one known chapter is asked for again, so that a redesign is seen before the jobs fail.

It asks once, conditionally, by what the page store knows, and it writes nothing: neither into the library nor into the
store, so that an edit which it finds is still news to the next job.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from urllib.parse import urldefrag, urlsplit

from scrapy import Request, Spider
from scrapy.http import Response

from ingestion import bookshelf, crawl, db, pages, sanitize
from ingestion.crawl import errand
from ingestion.crawl.errand import Get
from ingestion.crawl.storing import PageStore
from ingestion.errors import IngestionError, RateLimited, SiteTimeout, Unreachable
from ingestion.items import Chapter, ChapterLink, Hole
from ingestion.models import ChapterRow, NovelRow
from ingestion.parse import read
from ingestion.status import Refresh
from spiders.base import NovelSpider

#: A page that gives less than this part of the words that the library has was not read well.
LEAST_PART = 0.5
#: Of the page store robots.txt may answer for the site; anything else must be confirmed, and nothing is written.
_STORE = {
    "HTTPCACHE_ENABLED": True,
    "HTTPCACHE_STORAGE": "ingestion.canary.Glance",
    "JOB_FRESH_SINCE": datetime.max.replace(tzinfo=UTC).isoformat(),
    "JOB_REFRESH": Refresh.ALL.value,
}


class State(StrEnum):
    """How a site's canary is."""

    SAME = "same"  #: the page reads as it did
    EDITED = "edited"  #: it reads well, and says something else
    AWAY = "away"  #: the site does not answer for now; jobs would wait for it
    BROKEN = "broken"  #: it cannot be read any more, or has lost most of its words


@dataclass(frozen=True, kw_only=True, slots=True)
class Canary:
    """One site's, by its spider and host: the chapter that was asked for, and how it is."""

    site: str
    host: str
    title: str
    url: str
    state: State
    told: str


class Glance(PageStore):
    """The page store, for who only looks: what it holds makes a request conditional, and nothing is written to it."""

    def store_response(self, spider: Spider, request: Request, response: Response) -> None:
        """Leave the store as it is."""


def sing(novel: NovelRow, chapter: ChapterRow) -> Canary:
    """Ask for the chapter's page once, and judge what comes."""
    page = urldefrag(chapter.url).url
    link = ChapterLink(key=chapter.key, url=chapter.url, title=chapter.title)
    told = partial(Canary, site=novel.site, host=urlsplit(page).netloc, title=chapter.title, url=chapter.url)
    try:
        spider = crawl.spider_named(novel.site)
        answer = errand.run(spider, page, partial(_ask, spider, replace(link, url=page)), **_STORE)
    except KeyError:
        return told(state=State.BROKEN, told=f"there is no spider named {novel.site} any more")
    except (Unreachable, SiteTimeout, RateLimited) as reason:
        return told(state=State.AWAY, told=str(reason))
    except IngestionError as reason:
        return told(state=State.BROKEN, told=str(reason))
    with db.transaction() as session:
        stored = pages.load(session, page)
    try:
        state, why = judge(spider, link, words=chapter.words, stored=stored, answer=answer)
    except Exception as fault:  # a spider that fails on the page is what canaries are for; the other sites' still sing
        state, why = State.BROKEN, f"the spider fails on the page ({type(fault).__name__}: {fault})"
    return told(state=state, told=why)


def judge(
    spider: type[NovelSpider], link: ChapterLink, *, words: int, stored: Response | None, answer: Response
) -> tuple[State, str]:
    """What the answer means, with a sentence: it is read as today's spider reads, and laid beside the stored page. Pure.

    `words` is how many the library has of the chapter. An answer from the store is one that the site has confirmed.
    """
    now = _read(spider, link, answer)
    if isinstance(now, Hole):
        return State.BROKEN, now.reason
    found = sanitize.size(now.content)
    if found < LEAST_PART * words:
        return State.BROKEN, f"it reads {found} words where the library has {words}"
    if "cached" in answer.flags:
        return State.SAME, "the site says that it has not changed"
    if stored is not None and _read(spider, link, stored) == now:
        return State.SAME, "the page reads as the stored one does"
    return State.EDITED, f"it says something else now, in {found} words; the next job fetches it if the index says so"


def _read(spider: type[NovelSpider], link: ChapterLink, page: Response) -> Chapter | Hole:
    return read(spider(), link, lambda _: page, {})


async def _ask(spider: type[NovelSpider], link: ChapterLink, get: Get) -> Response:
    return await get(spider().chapter_request(link))


def known(site: str | None) -> list[tuple[NovelRow, ChapterRow]]:
    """For each site that the library has (or for this one) its newest chapter that was read well."""
    with db.transaction() as session:
        return list(bookshelf.newest_by_site(session, site))
