"""Standard Ebooks (standardebooks.org): an ebook's page tells of the book, the table of contents at its `/text` lists the texts.

The texts are the XHTML of the EPUB: one file a chapter, its kind in `epub:type`, a heading at its start. Around them the
site puts a header and a footer, among them a link that bans whoever follows it; nothing but the table of contents is followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from pathlib import PurePosixPath
from typing import ClassVar
from urllib.parse import urldefrag, urlsplit

from parsel import Selector, SelectorList
from scrapy.http import Response

from ingestion.errors import ParseError, UnsupportedSite
from ingestion.items import Chapter, ChapterLink, IndexPage, Matter, Novel, Publication
from spiders import origins
from spiders.base import NovelSpider
from spiders.challenge import refuse
from spiders.fragments import inner_html, line, paragraphs, tree, words

#: What may follow an ebook's own address: its files, as they lie in the EPUB.
_INSIDE = {"text", "downloads", "toc", "toc.xhtml", "content.opf", "css", "images", "fonts"}
_BOILERPLATE = re.compile(r"(titlepage|halftitlepage|halftitle|imprint|colophon|uncopyright|copyright-page)(-\d+)?")
_FRONT = re.compile(r"(dedication|epigraph|preface|introduction|foreword)(-.+)?")
_BACK = re.compile(r"(endnotes|afterword)(-.+)?")


class StandardEbooks(NovelSpider):
    """A text is known by the name of its file, the last word of its URL."""

    name = "standardebooks"
    allowed_domains: ClassVar[list[str]] = ["standardebooks.org"]
    strategies = ("nav#toc",)
    novel_at, chapter_at = r"/ebooks/(.+)$", r"/text/([^/?#]+?)(?:\.xhtml)?$"

    @classmethod
    def index_url(cls, url: str) -> str:
        """The ebook's page on the same host: what comes before `/text`, `/downloads` and the like."""
        parts = urlsplit(url)
        first, *names = [name for name in parts.path.split("/") if name] or [""]
        ebook = list(takewhile(lambda name: name not in _INSIDE, names))
        if first != "ebooks" or len(ebook) < 2:
            return url
        origin = origins.of(url, "https://standardebooks.org")
        return f"{origin}/ebooks/{'/'.join(ebook)}"

    def novel(self, response: Response) -> Novel:
        """From the RDFa on the ebook's page. A book stands here only when it is finished."""
        page = tree(response)
        article = page.css('article.ebook, article[typeof="schema:Book"]')
        title = " ".join(words(name) for name in article.css('h1[property="schema:name"]')[:1])
        if not title:
            refuse(response)
            raise ParseError(f"{response.url} is not an ebook's page: give a URL of the form /ebooks/<author>/<title>")
        told = {
            meta.attrib["property"]: meta.attrib["content"] for meta in article.css("meta[property][content]")[::-1]
        }
        authors = article.css('header a[property="schema:author"] [property="schema:name"]')
        cover = told.get("schema:image")
        return Novel(
            key=urlsplit(self.index_url(response.url)).path.removeprefix("/ebooks/"),
            url=self.index_url(response.url),
            title=title,
            authors=tuple(words(author) for author in authors),
            description=_description(article) or told.get("schema:description"),
            cover_url=response.urljoin(cover) if cover else None,
            language=told.get("schema:inLanguage"),
            status=Publication.COMPLETED,
            tags=tuple(words(tag) for tag in article.css("ul.tags a")),
        )

    def chapters(self, response: Response) -> IndexPage:
        """The ebook's page sends on to the table of contents, which lists everything."""
        page = tree(response)
        contents = page.css("nav#toc > ol")
        if contents:
            links: dict[str, ChapterLink] = {}
            for link in _entries(response, contents[0], ()):
                links.setdefault(link.key, link)
            return IndexPage(links=tuple(links.values()), strategy="nav#toc")
        online = page.css("#read-online a.list::attr(href), #read-online a[href$='/text']::attr(href)").get()
        if online is None:
            refuse(response)
            raise UnsupportedSite(f"{response.url} has no text to read online: the ebook is not out, or it is no ebook")
        return IndexPage(links=(), further=(response.urljoin(online),))

    def chapter(self, response: Response) -> Chapter:
        """The file's section without its own heading. The title is the table of contents' own, which has it whole."""
        page = tree(response)
        sections = page.css("main > section, main > article, body > section, body > article")
        if not sections:
            refuse(response)
            raise ParseError(f"{response.url} has no section: it is no text of an ebook, or the site changed")
        _drop_heading(sections[0])
        if not any(words(section) or section.css("img, svg") for section in sections):
            raise ParseError(f"{response.url} is a chapter without a text")
        return Chapter(content="\n".join(inner_html(section) for section in sections))


def _description(article: SelectorList[Selector]) -> str | None:
    """The long description's own paragraphs; the site's appeals for donations stand beside them."""
    told = (paragraphs(part) for part in article.css("#description > p, #description > blockquote"))
    return "\n\n".join(part for part in told if part) or None


# The table of contents -------------------------------------------------------------------------------------------------


def _entries(response: Response, contents: Selector, volumes: tuple[str, ...]) -> Iterator[ChapterLink]:
    """The texts of one level and those below it. An entry above other files is a part: its title is their volume."""
    for entry in contents.xpath("./li"):
        link = entry.xpath("(.//a[@href])[1]")
        url = urldefrag(response.urljoin(link.attrib["href"])).url if link else ""
        stem = _stem(url)
        if any(_stem(path) != stem for path in entry.xpath("./ol//a/@href").getall()):
            # The half title stands above a whole book: it is the book's name, not a part's.
            named = volumes if _BOILERPLATE.fullmatch(stem) else (*volumes, _title(entry))
            for part in entry.xpath("./ol"):
                yield from _entries(response, part, named)
        elif stem and not _BOILERPLATE.fullmatch(stem):
            volume = ", ".join(volumes) or None
            yield ChapterLink(key=stem, url=url, title=_title(entry), volume=volume, matter=_matter(entry, stem))


def _stem(url: str) -> str:
    return PurePosixPath(urlsplit(url).path).stem


def _title(entry: Selector) -> str:
    """The entry's own words, without those of the list below it."""
    return line("".join(entry.xpath("./text() | ./*[not(self::ol)]//text()").getall()))


def _matter(entry: Selector, stem: str) -> Matter:
    # A preface below the half title or in a part is the story's own.
    nested = bool(entry.xpath("ancestor::li"))
    if _FRONT.fullmatch(stem) and not nested:
        return Matter.FRONT
    return Matter.BACK if _BACK.fullmatch(stem) and not nested else Matter.BODY


# A text ----------------------------------------------------------------------------------------------------------------


def _drop_heading(section: Selector) -> None:
    """Take the heading out of a section's start: a header keeps what is in it besides, such as an epigraph."""
    for first in section.xpath("./*[1]"):
        if first.root.tag in ("section", "article"):
            _drop_heading(first)
        elif first.root.tag == "header":
            for heading in first.css("h1, h2, h3, h4, h5, h6, hgroup"):
                heading.drop()
            if not words(first) and not first.css("img, svg"):
                first.drop()
        elif first.root.tag in ("hgroup", "h1", "h2", "h3", "h4", "h5", "h6"):
            first.drop()
