"""XenForo 2 forums where authors mark posts as chapters (threadmarks): SpaceBattles, Sufficient Velocity and their like.

The list of threadmarks tells of the novel and says how many there are. The reader pages, the further pages of the index, show
the marked posts whole and in order, some ten a page: they hold the texts too, and no post is ever asked for alone. On which
of them a post stands cannot be told beforehand, so each leads to the next. A novel of n chapters costs 1 + n/10 requests,
and asking again costs as many, each under a condition where the forum gives a validator; it finds every edit in exchange.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import ClassVar, NamedTuple
from urllib.parse import urldefrag, urlsplit

from parsel import Selector, SelectorList
from scrapy.http import Response

from ingestion.errors import Blocked, NotFound, ParseError, UnsupportedSite
from ingestion.items import Chapter, ChapterLink, IndexPage, Novel, Publication, Sign
from spiders import bbcode, pagedata
from spiders.base import NovelSpider
from spiders.challenge import refuse
from spiders.fragments import drop, first, inner_html, paragraphs, tree, words
from spiders.hidden import remove_hidden

#: Each forum by its domain: the host that it answers at.
_HOSTS = {
    "spacebattles.com": "forums.spacebattles.com",
    "sufficientvelocity.com": "forums.sufficientvelocity.com",
    "questionablequesting.com": "forum.questionablequesting.com",
    "alternatehistory.com": "www.alternatehistory.com",
}
_THREAD = re.compile(r"(/(?:.*/)?threads/)((?:[^/]*\.)?(\d+))(?:/(reader|threadmarks)?[^?#]*)?$")
_READER_PAGE = re.compile(r"/reader/page-(\d{1,6})\b")
_THREADMARK = '.structItem--threadmark a[data-tp-primary="on"]'
_GAP = '[data-xf-click="threadmark-fetcher"], ul.pageNav-main a'
_POST = 'article.message--post[data-content^="post-"]'
_STATUSES = {status.value: status for status in Publication} | {
    "incomplete": Publication.ONGOING,
    "complete": Publication.COMPLETED,
    "on hiatus": Publication.HIATUS,
    "abandoned": Publication.DROPPED,
}
_WALL = re.compile(r"log(ged)?[ -]?in\b|permission|register", re.IGNORECASE)


class _Thread(NamedTuple):
    """What a URL says: where the forum's threads are, the thread with and without its slug, and which view of it this is."""

    root: str
    slug: str
    id: str
    view: str | None

    def reader(self, page: int) -> str:
        return f"{self.root}{self.slug}/reader/page-{page}?threadmark_category=1"


class XenForo(NovelSpider):
    """A chapter is known by the id of its post, a novel by its thread's, which is the forum's own: its host goes before it."""

    name = "xenforo"
    allowed_domains: ClassVar[list[str]] = list(_HOSTS)
    pace = 6.0
    strategies = ("reader pages",)
    chapter_at = r"(?:#(?:js-)?post-|/posts/|/post-)(\d+)/?$"
    sign, sign_at = Sign.FEED, (r"/threadmarks\?.*$", "/threadmarks.rss?threadmark_category=1")
    batch = 10

    @classmethod
    def index_url(cls, url: str) -> str:
        """The thread's list of threadmarks on the same host. `/posts/{id}` does not say which thread, so it stays as it is."""
        thread = _thread(url)
        return f"{thread.root}{thread.id}/threadmarks?per_page=200&threadmark_category=1" if thread else url

    @classmethod
    def novel_key(cls, index_url: str) -> str | None:
        """The thread, after its forum's host."""
        thread = _thread(index_url)
        return f"{urlsplit(thread.root).netloc}/{thread.id}" if thread else None

    def novel(self, response: Response) -> Novel:
        """From the list of threadmarks and its header."""
        page, thread = tree(response), _thread(response.url)
        drop(page, "h1.p-title-value .label, h1.p-title-value .label-append")
        title = first(page, "h1.p-title-value")
        if not title or thread is None:
            _refuse(response, page)
            raise ParseError(f"{response.url} is not a thread's page: give a URL of the form /threads/<name>.<number>/")
        author = first(page, ".p-description .username", ".threadmarkListingHeader .username", "a.username")
        author = author or page.css("[data-content-author]::attr(data-content-author)").get()
        cover = page.css(".threadmarkListingHeader-icon img::attr(src)").get()
        about = page.css(".threadmarkListingHeader-extraInfoChild .bbWrapper")
        return Novel(
            key=self.novel_key(response.url) or thread.id,
            url=self.index_url(response.url),
            title=title,
            authors=(author,) if author else (),
            description=paragraphs(about[0]) if about else None,
            cover_url=response.urljoin(cover) if cover else None,
            language=page.xpath("/html/@lang").get() or None,
            status=_status(page),
            tags=tuple(dict.fromkeys(filter(None, map(words, page.css("a.tagItem"))))),
        )

    def chapters(self, response: Response) -> IndexPage:
        """The list sends on to the first reader page, each reader page to the next; a thread's page sends to the list."""
        page, thread = tree(response), _thread(response.url)
        if thread is not None and thread.view == "reader":
            return _reader_page(response, page, thread)
        if thread is None or not page.css(f'{_THREADMARK}, a[href*="/threadmarks"], a[href*="/reader/"]'):
            _refuse(response, page)
            raise UnsupportedSite(f"{response.url} has no threadmarks: nothing says which of its posts are chapters")
        if thread.view is None:
            return IndexPage(links=(), index_url=self.index_url(response.url))
        listed = page.css(_THREADMARK)
        # A list that goes on elsewhere does not say how many it has.
        total = len(listed) if listed and not page.css(_GAP) else None
        # Under the name that its own links use: by its number alone each page would be a redirect.
        slug = listed.css("::attr(href)").re_first(rf"threads/([^/?#]*\.{thread.id})(?:/|$)", thread.slug)
        return IndexPage(links=(), further=(thread._replace(slug=slug).reader(1),), stated_total=total)

    def chapter(self, response: Response) -> Chapter:
        """The text of the post that the URL's fragment names, as a reader sees it with every spoiler opened."""
        page, post = tree(response), urldefrag(response.url).fragment
        found = page.xpath("//article[@data-content=$post]", post=post).css(".message-body .bbWrapper")
        if not found:
            _refuse(response, page)
            raise ParseError(
                f"{response.url} has no text of {post or 'a post'}: it is no reader page, or the site changed"
            )
        text = found[0]
        removed = remove_hidden(text)
        bbcode.plain(text)
        if not words(text) and not text.css("img"):
            raise ParseError(f"{response.url} is a chapter without a text")
        return Chapter(content=inner_html(text), hidden_removed=removed)


def _thread(url: str) -> _Thread | None:
    parts = urlsplit(url)
    found = _THREAD.match(parts.path)
    if found is None:
        return None
    host = next((_HOSTS[domain] for domain in _HOSTS if f".{parts.hostname}".endswith(f".{domain}")), None)
    origin = f"https://{host}" if host else f"{parts.scheme}://{parts.netloc}"
    return _Thread(origin + found[1], found[2], found[3], found[4])


def _refuse(response: Response, page: Selector) -> None:
    """Raise what the forum's message says, where there is one instead of the page."""
    refuse(response)
    for message in map(words, page.css(".blockMessage")):
        if "could not be found" in message:
            raise NotFound(f"the forum says of {response.url}: {message}")
        if _WALL.search(message):
            raise Blocked(f"the forum gives {response.url} only to its members: {message}")
    if page.css('form[action$="/login/login"]'):
        raise Blocked(f"{response.url} answered with a login form: the forum gives it only to its members")


# The index -------------------------------------------------------------------------------------------------------------


def _status(page: Selector) -> Publication | None:
    for label in page.css("dl > dt"):
        if words(label).rstrip(":") in ("Index progress", "Status"):
            return _STATUSES.get(" ".join(map(words, label.xpath("following-sibling::dd[1]"))).lower())
    return None


def _reader_page(response: Response, page: Selector, thread: _Thread) -> IndexPage:
    posts = page.css(_POST)
    if not posts:
        _refuse(response, page)
        raise ParseError(f"{response.url} shows no posts: it is no reader page, or the site changed")
    here = _READER_PAGE.search(response.url)
    number = int(here[1]) if here else 1
    others = map(
        _READER_PAGE.search, page.css("ul.pageNav-main a::attr(href), a.pageNav-jump--next::attr(href)").getall()
    )
    last = max((int(other[1]) for other in others if other), default=0)
    further = (thread.reader(number + 1),) if last > number else ()
    return IndexPage(links=tuple(_link(response, post) for post in posts), further=further, strategy="reader pages")


def _link(response: Response, post: Selector) -> ChapterLink:
    mark = post.attrib["data-content"]
    return ChapterLink(
        key=mark.removeprefix("post-"),
        url=f"{response.url}#{mark}",
        title=first(post, ".threadmarkLabel") or f"Post {mark.removeprefix('post-')}",
        published_at=_time(post.css(".message-attribution time")),
        edited_at=_time(post.css(".message-lastEdit time")),
    )


def _time(times: SelectorList[Selector]) -> datetime | None:
    """The first of the times: seconds since 1970 in an attribute whose name depends on the forum's version."""
    for attributes in (time.attrib for time in times[:1]):
        for seconds in (attributes.get("data-timestamp", ""), attributes.get("data-time", "")):
            if re.fullmatch(r"[0-9]{1,11}", seconds):
                return datetime.fromtimestamp(int(seconds), UTC)
        return pagedata.time(attributes.get("datetime"))
    return None
