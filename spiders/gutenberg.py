"""Project Gutenberg, from a mirror: one HTML file is the book, and its chapters are cut at the book's own headings.

The main site is for people; it is never asked. The operator names a mirror's host in SITE_ALIASES and gives the book's address there.
"""

from __future__ import annotations

import re
from typing import ClassVar
from urllib.parse import quote, unquote, urldefrag, urlsplit

from parsel import Selector
from scrapy.http import Response

from ingestion.errors import ParseError, RobotsDisallowed
from ingestion.items import Chapter, ChapterLink, IndexPage, Matter, Novel, Publication
from spiders.base import NovelSpider
from spiders.fragments import first, line, tree, words
from spiders.gutenberg_text import START, matters, sections

_MAIN_SITE = re.compile(r"(?:(?:www|m|dev)\.)?gutenberg\.(?:org|net)")
#: How mirrors lay out the books: by the number's digits, by the number, and what is made from the books.
_BY_DIGITS = re.compile(r"(.*?)/(?:\d/)+(\d+)(?:/.*)?")
_BY_NUMBER = re.compile(r"(.*?)/(?:files|ebooks)/(\d+)(?:[./].*)?")
_MADE = re.compile(r"(.*?)/cache/epub/(\d+)(?:/.*)?")
_FILE = re.compile(r".*/(?:\d+-h/[^/]+|pg\d+(?:-images)?)\.html?(?:\.utf8)?")
_NUMBER = re.compile(r"\[e-?(?:book|text)\s*#\s*(\d+)\]", re.IGNORECASE)
_FIELD = re.compile(r"\s*(Title|Author):\s*(\S.*)")
_HEAD_TITLE = re.compile(
    r"(?:The )?Project Gutenberg(?:['’]s)? e-?(?:book|text)(?: of)?[ :]+(.+?)(?:, by (.+))?", re.IGNORECASE
)


class Gutenberg(NovelSpider):
    """A book is known by its number. A chapter is known by the id that the book's own links use, else by its heading."""

    name = "gutenberg"
    allowed_domains: ClassVar[list[str]] = ["gutenberg.org", "gutenberg.net"]
    pace = 2.0
    strategies = ("headings",)
    batch = None

    @classmethod
    def index_url(cls, url: str) -> str:
        """The book's HTML file on the mirror. Raises RobotsDisallowed for the main site, which is not to be fetched from."""
        parts = urlsplit(url)
        if _MAIN_SITE.fullmatch(parts.hostname or ""):
            raise RobotsDisallowed(
                f"{url} is not fetched: Project Gutenberg's own site is for people, and sends programs to its mirrors. "
                "Pick one from https://www.gutenberg.org/MIRRORS.ALL, set SITE_ALIASES=<its host>=gutenberg, and give "
                "the book's address there: https://<its host>/1/3/4/1342/ for the book of number 1342"
            )
        return f"{parts.scheme}://{parts.netloc}{_file(parts.path)}"

    def novel(self, response: Response) -> Novel:
        """From the lines above the text, else from the head. A book stands here only when it is whole."""
        page = tree(response)
        told = _preamble(page)
        head = _HEAD_TITLE.fullmatch(first(page, "head > title") or "")
        cover = page.css('link[rel="coverpage"]::attr(href), link[type="image/x-cover"]::attr(href)').get()
        sections(response)  # what is no book is told apart here
        return Novel(
            key=_number(response, page),
            url=urldefrag(response.url).url,
            title=_book(page),
            authors=tuple(told["Author"]) or ((head[2],) if head and head[2] else ()),
            cover_url=response.urljoin(cover) if cover else None,
            language=page.xpath("/html/@lang").get() or None,
            status=Publication.COMPLETED,
            tags=tuple(
                page.css('meta[name="dc.subject"]::attr(content), meta[name="DC.Subject"]::attr(content)').getall()
            ),
        )

    def chapters(self, response: Response) -> IndexPage:
        """All on the page itself, each at its fragment."""
        url, found, book = urldefrag(response.url).url, sections(response), _book(tree(response))
        return IndexPage(
            links=tuple(
                ChapterLink(
                    key=section.anchor,
                    url=f"{url}#{quote(section.anchor)}",
                    title=section.title or book,
                    volume=None if matter is Matter.BACK else section.volume,
                    matter=matter,
                )
                for section, matter in zip(found, matters(found), strict=True)
            ),
            strategy="headings",
        )

    def chapter(self, response: Response) -> Chapter:
        """The section that the fragment names, without its heading."""
        anchor = unquote(urlsplit(response.url).fragment)
        for section in sections(response):
            if section.anchor == anchor:
                return Chapter(content=section.content)
        raise ParseError(f"{response.url} names no chapter of the book on that page")


def _file(path: str) -> str:
    """Where the book's HTML is, given any address of the book below the same root."""
    if _FILE.fullmatch(path):
        return path
    if made := _MADE.fullmatch(path):
        return f"{made[1]}/cache/epub/{made[2]}/pg{made[2]}-images.html"
    for layout in (_BY_DIGITS, _BY_NUMBER):
        if found := layout.fullmatch(path):
            root, number = found.groups()
            return f"{root}/{'/'.join(number[:-1] or '0')}/{number}/{number}-h/{number}-h.htm"
    return path


def _number(response: Response, page: Selector) -> str:
    told = _NUMBER.search(page.xpath("string(//body)").get(""))
    path = urlsplit(response.url).path
    found = _MADE.fullmatch(path) or _BY_DIGITS.fullmatch(path) or _BY_NUMBER.fullmatch(path)
    if told is None and found is None:
        raise ParseError(f"{response.url} does not say which number the book has at Project Gutenberg")
    return told[1] if told else found[2] if found else ""


def _preamble(page: Selector) -> dict[str, list[str]]:
    """The title and the authors in the lines above the text. A line set in goes on: a longer title, a further author."""
    lines = [words(part) for part in page.css("#pg-machine-header p")]
    told: dict[str, list[str]] = {"Title": [], "Author": []}
    name = ""
    for text in lines or START.split(page.xpath("string(//body)").get(""))[0].splitlines():
        if field := _FIELD.match(text):
            name = field[1]
            told[name].append(line(field[2]))
        elif name and text.strip() and text.startswith((" ", "\t")):
            told[name].append(line(text))
        else:
            name = ""
    return told


def _book(page: Selector) -> str:
    head = first(page, "head > title") or ""
    found = _HEAD_TITLE.fullmatch(head)
    return ": ".join(_preamble(page)["Title"]) or first(page, 'meta[name="dc.title"]') or (found[1] if found else head)
