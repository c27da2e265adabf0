"""Wikisource (<language>.wikisource.org): a work is a page, its chapters are the pages that its contents link to, most often its subpages.

Read are the pages that readers see, as Wikimedia's policy for robots asks: its robots.txt forbids `/w/`, where the API is.
What a page is called and which namespace it is in come from the page itself; the text is the wiki's without its furniture.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar
from urllib.parse import parse_qs, quote, unquote, urljoin, urlsplit

from parsel import Selector
from scrapy.http import Response

from ingestion.errors import NotFound, ParseError, UnsupportedSite
from ingestion.items import Chapter, ChapterLink, IndexPage, Novel
from spiders.base import NovelSpider
from spiders.challenge import refuse
from spiders.fragments import drop, first, inner_html, paragraphs, tree, words
from spiders.hidden import remove_hidden

_DOMAIN = "wikisource.org"
_PAGE = re.compile(r"/(?:wiki|zh(?:-\w+)*|sr-\w+)/(.+)")  # a variant of the script has an address of its own
_PAGE_NAME = re.compile(r'"wgPageName"\s*:\s*("(?:[^"\\]|\\.)*")')
_NAMESPACE = re.compile(r"(?:^|\s)ns-(-?\d+)(?:\s|$)")
_WORKS = {"0", "114"}  # the main namespace, and English Wikisource's own translations
_NAMESPACED = re.compile(r"[^/:]+:(?!_)")  # Author:…, Page:…; a colon of a title's own has a space behind it
_HEADER = ".ws-header, .wst-header, .headertemplate, #headertemplate, #ws-data"
#: What Wikisource's own export leaves out, and the marks of editors and scanned pages.
_FURNITURE = (
    f"{_HEADER}, .ws-noexport, .ws-if-subpage-noexport, .pagenum, .ws-pagenum, .mw-editsection, .licenseContainer, .licensetpl, "
    ".ambox, .metadata, #toc, .magnify, script, style, link, meta"
)
_PART = re.compile(
    r"(volumes?|vol|books?|parts?|tomes?|livres?|parties?|b[aä]nde?|buch|teil|tomos?|libros?|partes?|parti|volumi|том|книга|часть|part[ií]a)\b"
    r"|第?[\d一二三四五六七八九十百]+[部編]",  # 卷 is most often a chapter with its text
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"[\dIVXLCDM.\s]*")


class Wikisource(NovelSpider):
    """A chapter is known by its page's name. A work without subpages is a single chapter: its own page."""

    name = "wikisource"
    allowed_domains: ClassVar[list[str]] = [_DOMAIN]
    strategies = (".ws-summary", "subpages", "header", "page itself")

    @classmethod
    def index_url(cls, url: str) -> str:
        """The work's page: what stands before the first slash of a page's name."""
        parts = urlsplit(url)
        asked = parse_qs(parts.query) if parts.path.endswith(".php") else {}
        name = _name(parts.path) or (asked.get("title") or asked.get("page") or [""])[0]
        work = name.replace(" ", "_").partition("/")[0]
        return _address(url, work) if work else url

    def novel(self, response: Response) -> Novel:
        """From the data that the header holds for Wikisource's export, else from the header as readers see it."""
        page = tree(response)
        text, name = _text(response, page), _page_name(response, page)
        wiki = re.match(r"https?://(\w[\w-]*)\.wikisource\.org/", response.url)
        header = 'span[id^="header"][id*="title"], .wst-header-title-text'
        author = first(page, "#ws-author, .ws-author")
        seen = page.css('.contributor-text .fn, span[id^="header"][id*="author"]')
        for sisters in page.css(".plainSister, .wst-plainsister"):
            sisters.drop()
        return Novel(
            # The same title may be a work in several languages.
            key=f"{wiki.group(1) if wiki else page.css('html::attr(lang)').get('mul')}:{name}",
            url=_address(response.url, name),
            title=first(page, "#ws-title, .ws-title", header, ".mw-page-title-main, #firstHeading") or _leaf(name),
            authors=(author,) if author else tuple(dict.fromkeys(filter(None, map(words, seen)))),
            description=next(filter(None, map(paragraphs, page.css(".wst-header-notes, .header_notes"))), None),
            cover_url=page.css('meta[property="og:image"]::attr(content)').get(),
            language=text.attrib.get("lang") or page.css("html::attr(lang)").get(),
            tags=tuple(dict.fromkeys(map(words, page.css("#mw-normal-catlinks li a")))),
        )

    def chapters(self, response: Response) -> IndexPage:
        """The pages listed. Parts that stand without their chapters are asked, and so is what follows them, to keep the order."""
        page = tree(response)
        text, name = _text(response, page), _page_name(response, page)
        strategy, links = _listed(response, text, name)
        if not links:
            strategy, links = "header", _listed_above(response, text, name)
        if not links:
            return IndexPage(links=(_itself(response, text, name),), strategy="page itself")
        parts = [link for link in links if _PART.match(_leaf(link.key))]
        open_ = [part for part in parts if any(link.key.startswith(f"{part.key}/") for link in links)]
        links = [link for link in links if link not in open_]
        end = next((at for at, link in enumerate(links) if link in parts), len(links))
        return IndexPage(links=tuple(links[:end]), further=tuple(link.url for link in links[end:]), strategy=strategy)

    def chapter(self, response: Response) -> Chapter:
        """The text as the wiki's own export has it, footnotes included; the title is that of the contents."""
        page = tree(response)
        text, name = _text(response, page), _page_name(response, page)
        listed = sum(len(link.title) for link in _listed(response, text, name)[1]) if "/" in name else 0
        removed = remove_hidden(text)  # before the furniture goes, whose style sheets count for all of the page
        _clean(text)
        if listed * 2 > len(words(text)):
            raise ParseError(f"{response.url} is no chapter but lists pages that the work's own page does not")
        if not words(text) and not text.css("img"):
            raise ParseError(f"{response.url} is a page without a text")
        for link in text.css('a[href^="./"]'):  # the newer parser writes addresses from the wiki's root
            link.root.set("href", f"/wiki/{link.attrib['href'][2:]}")
        return Chapter(content=inner_html(text), hidden_removed=removed)


def _name(path: str) -> str:
    """The page that a path leads to, as the wiki writes it: underscores for spaces."""
    found = _PAGE.fullmatch(path)
    return unquote(found[1]).replace(" ", "_").strip("_/") if found else ""


def _address(url: str, name: str) -> str:
    """The page of this name on the wiki that `url` belongs to; a copy of the site stays on its own host."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    if f".{parts.hostname}".endswith(f".{_DOMAIN}"):
        wiki = [label for label in (parts.hostname or "").split(".")[:-2] if label not in ("m", "www")]
        origin = "https://" + ".".join([*wiki, _DOMAIN])
    return f"{origin}/wiki/{quote(name, safe='/:;@$!*(),~')}"


def _page_name(response: Response, page: Selector) -> str:
    """The page's name: its own word for it, since an address may be a redirect's."""
    told = next(filter(None, map(_PAGE_NAME.search, page.css("script::text").getall())), None)
    try:
        return str(json.loads(told[1] if told else ""))
    except ValueError:
        return _name(urlsplit(response.url).path)


def _leaf(name: str) -> str:
    return name.rpartition("/")[2].replace("_", " ")


def _text(response: Response, page: Selector) -> Selector:
    """What the wiki holds under the page's name."""
    for text in page.css("#mw-content-text .mw-parser-output"):
        namespace = _NAMESPACE.search(page.css("body::attr(class)").get(""))
        if namespace and namespace[1] not in _WORKS:
            raise UnsupportedSite(f"{response.url} is no work's page but one about authors, scans or the wiki itself")
        if not page.css("#mw-content-text .noarticletext"):
            return text
    if page.css(".noarticletext"):
        raise NotFound(f"Wikisource has no page {response.url}: it was moved or removed, or the URL is wrong")
    refuse(response)
    raise ParseError(f"{response.url} is no page of Wikisource: it has no .mw-parser-output")


def _clean(text: Selector) -> None:
    drop(text, _FURNITURE)
    for comment in text.xpath(".//comment()"):
        comment.drop()


def _listed(response: Response, text: Selector, name: str) -> tuple[str, list[ChapterLink]]:
    """The pages of the work's contents: those in what the wiki marks as a summary, else all subpages that the text links to."""
    header = {link.root for link in text.css(_HEADER).css("a")}
    summary = _links(response, text.css(".ws-summary a[href], #ws-summary a[href]"), name, anywhere=True)
    if summary:
        return ".ws-summary", summary
    return "subpages", _links(response, [link for link in text.css("a[href]") if link.root not in header], name)


def _listed_above(response: Response, text: Selector, name: str) -> list[ChapterLink]:
    """Contents that stand among the header's notes. One link alone is the arrow to what follows: a work without contents."""
    links = _links(response, text.css(_HEADER).css("a[href]"), name)
    if len(links) == 1:
        raise UnsupportedSite(f"{response.url} has no list of its chapters; it only leads on to {links[0].url}")
    return links


def _links(response: Response, anchors: Iterable[Selector], name: str, *, anywhere: bool = False) -> list[ChapterLink]:
    """The subpages that these lead to, each once; with `anywhere` all of the wiki's works, but not those above the page."""
    found: dict[str, list[str]] = {}
    root = _address(response.url, ".")
    for anchor in anchors:
        target = urlsplit(urljoin(root, anchor.attrib["href"]))
        page = _name(target.path) if target.netloc == urlsplit(root).netloc else ""
        work = anywhere and page and not f"{name}/".startswith(f"{page}/") and not _NAMESPACED.match(page)
        if work or page.startswith(f"{name}/"):
            found.setdefault(page, []).append(words(anchor))
    return [_link(response.url, page, texts) for page, texts in found.items()]


def _link(url: str, page: str, texts: Iterable[str]) -> ChapterLink:
    """A chapter under the most telling of its link texts; a row of contents may link its number, its title and its page."""
    title = max(texts, key=lambda said: (not _BARE_NUMBER.fullmatch(said), len(said)))
    volume = ", ".join(page.split("/")[1:-1]).replace("_", " ") or None
    title = _leaf(page) if _BARE_NUMBER.fullmatch(title) else title
    return ChapterLink(key=page, url=_address(url, page), title=title, volume=volume)


def _itself(response: Response, text: Selector, name: str) -> ChapterLink:
    """A page that lists nothing is a chapter, unless a work's page is all links: it tells editions of one title apart."""
    _clean(text)
    linked = sum(len(words(link)) for link in text.css("a[href]"))
    if "/" not in name and linked * 2 > len(words(text)):
        raise UnsupportedSite(f"{response.url} lists other works or editions: open the one you mean and give its URL")
    return replace(_link(response.url, name, [_leaf(name)]), url=response.url)
