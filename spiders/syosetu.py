"""Syosetu (ncode.syosetu.com, and novel18.syosetu.com behind its question of age): an index of a hundred episodes a page.

A short work has no index: its text stands on the work's own page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import ClassVar
from urllib.parse import urlsplit

from parsel import Selector
from scrapy.http import Response, TextResponse

from ingestion.errors import Blocked, ParseError
from ingestion.items import Chapter, ChapterLink, IndexPage, Novel, Sign
from spiders.base import NovelSpider
from spiders.challenge import refuse
from spiders.fragments import first, inner_html, paragraphs, tree, words
from spiders.hidden import remove_hidden

_WORK = re.compile(r"/(?:novelview/infotop/ncode/)?(n\d+[a-z]+)(?=/|$)", re.IGNORECASE)
_EPISODE = re.compile(r"/n\d+[a-z]+/(\d+)/?$", re.IGNORECASE)
_PAGE = re.compile(r"[?&]p=(\d{1,4})\b")
_JAPAN = timezone(timedelta(hours=9))

_BEFORE, _AFTER = ".p-novel__text--preface", ".p-novel__text--afterword"
_TEXT = f".p-novel__body .p-novel__text:not({_BEFORE}):not({_AFTER})"


class Syosetu(NovelSpider):
    """A work is known by its ncode, an episode by the number in its URL.

    The operator said (2017) that programs should not fetch what no API gives: ask, or keep to personal use.
    """

    name = "syosetu"
    allowed_domains: ClassVar[list[str]] = ["ncode.syosetu.com", "novel18.syosetu.com"]
    strategies = ("div.p-eplist", "div.p-novel__text")  # the second where a short work has no list
    novel_at, chapter_at = r"/(n\d+[a-z]+)/$", r"(?i)/n\d+[a-z]+/(\d+)/?$"
    sign = Sign.API
    adult_cookies: ClassVar[Mapping[str, str]] = {"over18": "yes"}

    @classmethod
    def index_url(cls, url: str) -> str:
        """The work's page on the same host."""
        parts = urlsplit(url)
        work = _WORK.match(parts.path)
        if work is None:
            return url
        origin = (
            f"https://{parts.hostname}" if parts.hostname in cls.allowed_domains else f"{parts.scheme}://{parts.netloc}"
        )
        return f"{origin}/{work[1].lower()}/"

    @classmethod
    def sign_url(cls, index_url: str) -> str:
        """What the official API says of the work's last change; a copy of the site has no such API."""
        parts = urlsplit(index_url)
        api = {"ncode.syosetu.com": "novelapi", "novel18.syosetu.com": "novel18api"}.get(parts.hostname or "")
        work = _WORK.match(parts.path)
        if api is None or work is None:
            return index_url
        # The times of the last episode and the last edit, how many episodes there are, and whether that is all.
        return f"https://api.syosetu.com/{api}/api/?out=json&of=gl-nu-ga-e&ncode={work[1].lower()}"

    def sign_of(self, response: Response) -> str | None:
        """The API's answer as it is, if it is one."""
        of_api = isinstance(response, TextResponse) and '"general_lastup"' in response.text
        return response.text if of_api else super().sign_of(response)

    def novel(self, response: Response) -> Novel:
        """From the head of the index. The site has no covers, and tells of tags and status on a page of their own."""
        page = _page(response)
        title = first(page, "h1.p-novel__title, .p-novel__title")
        work = _WORK.match(urlsplit(response.url).path)
        if not title or work is None:
            refuse(response)
            raise ParseError(f"{response.url} has no title where a work has one: give a URL of the form /<ncode>/")
        author = first(page, ".p-novel__author a", ".p-novel__author")
        summary = page.css("#novel_ex, .p-novel__summary")
        return Novel(
            key=work[1].lower(),
            url=self.index_url(response.url),
            title=title,
            authors=(author.removeprefix("作者：").strip(),) if author else (),
            description=paragraphs(summary[0]) if summary else None,
            language=page.xpath("/html/@lang").get() or None,
        )

    def chapters(self, response: Response) -> IndexPage:
        """A hundred episodes and the pages after this one; or the work's page itself, where the text is there."""
        page = _page(response)
        if page.css(".p-eplist"):
            links = tuple(_episodes(page, response))
            if not links:
                raise ParseError(f"{response.url} has a list without an episode")
            further = tuple(_further(page, response))
            return IndexPage(links=links, further=further, strategy="div.p-eplist", volumes_run_on=True)
        work = _WORK.match(urlsplit(response.url).path)
        if work is None or _EPISODE.search(response.url) or not page.css(_TEXT):
            refuse(response)
            raise ParseError(
                f"{response.url} has neither a list of episodes nor a text: give a URL of the form /<ncode>/"
            )
        title = first(page, ".p-novel__title") or work[1]
        this = ChapterLink(key=work[1].lower(), url=response.url, title=title)
        return IndexPage(links=(this,), strategy="div.p-novel__text")

    def chapter(self, response: Response) -> Chapter:
        """The text, and what its author says before and after it."""
        page = _page(response)
        if not page.css(_TEXT):
            refuse(response)
            raise ParseError(f"{response.url} has no div.p-novel__text: it is no episode, or the site changed")
        removed = sum(remove_hidden(part) for part in page.css(".p-novel__text"))
        content = _inside(page, _TEXT)
        if content is None:
            raise ParseError(f"{response.url} is an episode without a text")
        return Chapter(
            content=content,
            title=first(page, ".p-novel__title"),
            notes_before=_inside(page, _BEFORE),
            notes_after=_inside(page, _AFTER),
            hidden_removed=removed,
        )


def _page(response: Response) -> Selector:
    page = tree(response)
    asks_for_age = "/ageauth" in urlsplit(response.url).path or page.css("#yes18")
    if asks_for_age or first(page, "head > title") == "年齢確認":
        raise Blocked(
            f"{response.url} asks for the reader's age: novel18.syosetu.com shows its works only to a browser that says "
            "so (the cookie over18=yes). ADULT_PAGES=true says it for you; set it if all who read your library are adults"
        )
    return page


def _episodes(page: Selector, response: Response) -> Iterator[ChapterLink]:
    """The list in its order; a volume's title stands above its episodes, and on the page where they begin alone."""
    volume = None
    for entry in page.css(".p-eplist__chapter-title, .p-eplist__sublist"):
        if "p-eplist__chapter-title" in entry.attrib["class"]:
            volume = words(entry) or None
            continue
        link = entry.css("a[href]")
        number = _EPISODE.search(urlsplit(response.urljoin(link.attrib.get("href", ""))).path)
        if number is None:
            continue
        when = entry.css(".p-eplist__update")
        yield ChapterLink(
            key=number[1],
            url=response.urljoin(link.attrib["href"]),
            title=words(link[0]) or f"Episode {number[1]}",
            volume=volume,
            published_at=_time("".join(when.xpath("./text()").getall())),
            edited_at=_time(when.css("span[title]::attr(title)").get("")),
        )


def _further(page: Selector, response: Response) -> Iterator[str]:
    """The pages of the index after this one; the last page's link is on all pages but the last."""
    here = _PAGE.search(response.url)
    last = _PAGE.search(page.css("a.c-pager__item--last::attr(href)").get(""))
    for number in range((int(here[1]) if here else 1) + 1, (int(last[1]) if last else 0) + 1):
        yield f"{response.url.partition('?')[0]}?p={number}"


def _time(told: str) -> datetime | None:
    """A time as the site writes it, in Japan's zone."""
    try:
        return datetime.strptime(" ".join(told.split()[:2]), "%Y/%m/%d %H:%M").replace(tzinfo=_JAPAN)
    except ValueError:
        return None


def _inside(page: Selector, choice: str) -> str | None:
    """The HTML inside the texts of one kind; None where they say and show nothing."""
    parts = [part for part in page.css(choice) if words(part) or part.css("img")]
    return "\n".join(inner_html(part) for part in parts) or None
