"""NovelSpider: the order of things that every site shares. Index, further index pages, chapters; each page exactly once.

A site is a subclass with `name`, `allowed_domains` and three pure methods, a response in and items out (the web-poet
idea: extraction does no I/O). They run the same in a crawl, in a re-parse of stored pages and in a test.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urldefrag

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure
from w3lib.url import safe_url_string

from ingestion.errors import IngestionError, NotFound, ParseError
from ingestion.items import Asked, Chapter, ChapterLink, IndexPage, Novel, ParsedChapter, Sign
from spiders import asking, signs


class NovelSpider(Spider):
    """One site. Subclasses give `name`, `allowed_domains` and `novel`, `chapters`, `chapter`; perhaps `index_url` and what is declared here."""

    allowed_domains: ClassVar[list[str]] = []
    handle_httpstatus_list: ClassVar[list[int]] = [404, 410]
    #: Seconds between two requests to the site, where it wants more than the operator's default.
    pace: ClassVar[float] = 0.0
    #: The ways to find the links of the index, best first. A novel read by a later one than before tells of a redesign.
    strategies: ClassVar[tuple[str, ...]] = ()
    #: The cheapest thing that changes when a novel does, and how its URL is made of the index's: a pattern, and what takes its place.
    sign: ClassVar[Sign] = Sign.VALIDATOR
    sign_at: ClassVar[tuple[str, str]] = ("", "")
    #: How the index's URL names the novel, and a chapter's URL the chapter: patterns whose first group is the key. Empty: it does not.
    novel_at: ClassVar[str] = ""
    chapter_at: ClassVar[str] = ""
    #: How many chapters one answer may bring; None for all of them.
    batch: ClassVar[int | None] = 1
    #: Why the site is not read unless the operator names the spider in SPIDERS_ON.
    off: ClassVar[str | None] = None
    #: Cookies that answer the site's plain question of age; sent only where the operator has set ADULT_PAGES.
    adult_cookies: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, url: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.index: str | None = None if url is None else self.index_url(url)
        self._seen: set[str] = set()
        self._pages: set[str] = set()
        self._begun = False
        #: The crawl's progress: pages asked for and settled, until when (monotonic) the next waits, and what could not be had.
        self.asked = 0
        self.paced_until = 0.0
        self.settled = 0
        self.failures: list[tuple[Request, BaseException]] = []

    # What a site looks like -----------------------------------------------------------------------------------------

    @classmethod
    def index_url(cls, url: str) -> str:
        """The URL of the novel's index, given any URL of the novel that a user may paste (a chapter's, an old form)."""
        return url

    @classmethod
    def novel_key(cls, index_url: str) -> str | None:
        """The key that `novel` gives the novel of this index, where the URL alone tells it."""
        found = re.search(cls.novel_at, index_url) if cls.novel_at else None
        return found[1] if found else None

    @classmethod
    def chapter_key(cls, url: str) -> str | None:
        """The key that `chapters` gives the chapter at `url`, one of several, where the URL alone tells it."""
        found = re.search(cls.chapter_at, url) if cls.chapter_at else None
        return found[1] if found else None

    @classmethod
    def sign_url(cls, index_url: str) -> str:
        """Where the novel's `sign` is: the one URL whose answer changes when the novel does."""
        return re.sub(*cls.sign_at, index_url)

    def sign_of(self, response: Response) -> str | None:
        """What the answer at `sign_url` says: the same again as long as nothing is new. None when it does not tell. Raises as `novel` does."""
        if response.status in self.handle_httpstatus_list:
            return None
        if self.index is not None and self.sign_url(self.index) == self.index:
            return signs.index(response, self.novel(response), self.chapters(response))
        return signs.feed(response) if self.sign is Sign.FEED else None

    def novel(self, response: Response) -> Novel:
        """The novel, from the first page of its index. Raises ParseError, Blocked, NotFound or UnsupportedSite."""
        raise NotImplementedError

    def chapters(self, response: Response) -> IndexPage:
        """The chapters that one index page lists, in reading order. Raises as `novel` does."""
        raise NotImplementedError

    def chapter(self, response: Response) -> Chapter:
        """The text of one chapter page. Raises ParseError or Blocked; never returns an empty text.

        The response's URL is the link's: where a page holds several chapters, its fragment says which is asked for.
        """
        raise NotImplementedError

    def unread(self, url: str) -> ChapterLink:
        """The page that a chain leads to, and that cannot be read: a chapter all the same."""
        return ChapterLink(key=url, url=url, title="")

    def review(self, chapters: tuple[ParsedChapter, ...]) -> tuple[ParsedChapter, ...]:
        """All chapters together, once each has been read: what only their number shows. Raises UnsupportedSite."""
        return chapters

    # The order of things --------------------------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Request]:
        """Begin at the index."""
        if self.index is None:
            raise ValueError(f"spider {self.name} needs the URL of a novel: -a url=https://…")
        yield self.index_request(self.index)

    def index_request(self, asked: Asked) -> Request:
        """A page of the index: asked for anew by every job, since it is what changes."""
        self.asked += 1
        meta = {"role": "index", "asked": asked}
        return asking.request(asked, callback=self.parse_index, errback=self.give_up, meta=meta, priority=10)

    def chapter_request(self, link: ChapterLink) -> Request:
        """A chapter's page: fetched once, and again only when the index says that it was edited since."""
        self.asked += 1
        meta = {"role": "chapter", "edited_at": link.edited_at, "key": link.key}
        # From where a reader comes; not from a form's answer, which no reader sees, and some sites look.
        headers = {"Referer": safe_url_string(self.index or link.url)}
        return Request(link.url, self.parse_chapter, errback=self.give_up, headers=headers, meta=meta)

    def parse_index(self, response: Response) -> Iterator[Request]:
        """Ask for the chapters of this index page, then for the index pages after it."""
        self.settled += 1
        try:
            page = self._read_index(response)
        except IngestionError as error:
            yield from self._ask_instead(response.request or Request(response.url), error)
            return
        first, self._begun = not self._begun, True
        if first and page.index_url is not None:
            self.index = page.index_url
            yield self.index_request(page.index_url)
        for link in page.links:
            if not link.locked and link.key not in self._seen:
                self._seen.add(link.key)
                yield from self._page_of(link, response)
        if page.is_chain(response.url):
            yield from self._next_in_chain(response, page)
            return
        for asked in page.further:
            yield self.index_request(asked)

    def _ask_instead(self, request: Request, error: BaseException) -> Iterator[Request]:
        """Go another way where there is one; else note that the page could not be had."""
        pages = asking.instead(request.meta.get("asked", request.url), error)
        if not pages:
            self.failures.append((request, error))
        yield from map(self.index_request, pages)

    def _page_of(self, link: ChapterLink, index: Response) -> Iterator[Request]:
        """A chapter's page, once: it may be the index itself, and hold other chapters beside it."""
        page = urldefrag(link.url).url
        if page != index.url and page not in self._pages and _can_be_asked_for(page):
            self._pages.add(page)
            yield self.chapter_request(replace(link, url=page))

    def _read_index(self, response: Response) -> IndexPage:
        if response.status in self.handle_httpstatus_list:
            raise NotFound(f"the site says that {response.url} is not there ({response.status}); check the URL")
        page = self.chapters(response)
        for asked in (*page.further, page.index_url or response.url):
            if not _can_be_asked_for(asked):
                raise ParseError(f"{response.url} leads on to {asked}, which is no web address")
        return page

    def _next_in_chain(self, response: Response, page: IndexPage) -> Iterator[Request]:
        """A chain's pages are chapters too, fetched once; only its end is asked whether something follows by now."""
        for asked in page.further:
            self.asked += 1
            meta = {"role": "chapter", "chain": True}
            yield asking.request(asked, callback=self.parse_index, errback=self.give_up, meta=meta)
        if not page.further and "cached" in response.flags and response.meta["role"] == "chapter":
            again = self.index_request(response.url)
            yield again.replace(dont_filter=True, meta=again.meta | {"chain": True})

    def parse_chapter(self, response: Response) -> None:
        """Nothing but count: the page is in the store, and reading it is the next stage's work."""
        self.settled += 1

    def parse(self, response: Response) -> Iterator[object]:
        """For `scrapy parse URL`, which asks what a page gives: an index the novel and its list, any other page a chapter."""
        if response.url == self.index_url(response.url):
            yield self.novel(response)
            yield self.chapters(response)
        else:
            yield self.chapter(response)

    def give_up(self, failure: Failure) -> list[Request]:
        """Do without a page that did not come, retries included."""
        self.settled += 1
        return list(self._ask_instead(failure.request, failure.value))  # type: ignore[attr-defined,arg-type] # Scrapy adds it


def _can_be_asked_for(asked: Asked) -> bool:
    """Whether Scrapy takes it for a URL at all; whether it may be fetched is for others to say."""
    try:
        asking.request(asked)
    except ValueError:
        return False
    return True
