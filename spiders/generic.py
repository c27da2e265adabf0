"""The spider for every site that has none of its own: it looks for what nearly all of them have, and says how sure it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import ClassVar
from urllib.parse import urlsplit

from lxml.html import HtmlElement
from parsel import Selector
from scrapy.http import Response, TextResponse
from scrapy.utils.response import get_base_url
from w3lib.url import canonicalize_url

from ingestion.errors import ParseError, UnsupportedSite
from ingestion.items import Chapter, ChapterLink, IndexPage, Matter, Novel, ParsedChapter
from spiders import boilerplate, confidence, maintext, metadata, order, paging, steps, substance, toc
from spiders.base import NovelSpider
from spiders.challenge import refuse
from spiders.confidence import Signs
from spiders.encodings import decoded
from spiders.fragments import tree
from spiders.hidden import remove_hidden
from spiders.links import Link, links
from spiders.toc import Contents

_NO_CHAPTER = re.compile(
    r"title ?page|half[ -]?title( ?page)?|cover|imprint|colophon|(un)?copyright( page)?|(table of )?contents|index",
    re.I,
)
_FRONT = re.compile(r"(introduction|preface|foreword|dedication|epigraph|acknowledge?ments)\b", re.I)
_BACK = re.compile(
    r"(afterword|endnotes|notes|appendix|acknowledge?ments|about the author|bibliography|glossary)\b", re.I
)
LIST, CHAIN = "list of links", "links from page to page"


class Generic(NovelSpider):
    """A list of chapters, or pages that lead from one to the next."""

    name = "generic"
    strategies: ClassVar[tuple[str, ...]] = (LIST, CHAIN)

    def novel(self, response: Response) -> Novel:
        """From what the page says of itself to search engines, and from its headings."""
        root, _ = _page(response)
        contents = _contents(root, response.url)
        chapter = None if contents else maintext.extract(root, response.url).title
        novel = metadata.novel(root, response.url, contents, chapter)
        return replace(novel, confidence=_signs(root, response.url, contents).confidence)

    def chapters(self, response: Response) -> IndexPage:
        """The list on the page; else the page is a chapter, and its links say where the contents are or what comes next."""
        root, _ = _page(response)
        contents = _contents(root, response.url)
        index = None if contents else steps.contents_page(root, response.url)
        if index is not None:
            return IndexPage(links=(), index_url=index)
        signs = _signs(root, response.url, contents)
        if signs.confidence < confidence.ENOUGH:
            substance.refuse_apology(root, response.url)
        signs.require(response.url)
        if contents is not None:
            return self._listed(root, response.url, contents)
        following = steps.next_page(root, response.url)
        title = maintext.extract(root, response.url).title
        this = ChapterLink(key=_key(response.url, response.url), url=response.url, title=title or "")
        self.logger.debug("a chain: the next page is %s", following)
        further = () if following is None else (following,)
        return IndexPage(links=(this,), further=further, index_url=steps.first_page(root, response.url), strategy=CHAIN)

    def _listed(self, root: HtmlElement, url: str, contents: Contents) -> IndexPage:
        backwards = order.runs_backwards(contents.group)
        listed = tuple(_entries(contents, url))
        pages = paging.numbered(root, url)
        further = paging.further(root, url, listed={link.url for link in listed}, newest_first=backwards)
        self.logger.debug("list of %d chapters, newest first: %s", len(listed), backwards)
        first = pages.first if pages else None
        return IndexPage(links=listed, further=further, newest_first=backwards, index_url=first, strategy=LIST)

    def chapter(self, response: Response) -> Chapter:
        """The element that holds the text, whole, without what stands around it."""
        root, hidden = _page(response)
        substance.refuse_apology(root, response.url)
        return replace(maintext.extract(root, response.url), hidden_removed=hidden)

    def review(self, chapters: tuple[ParsedChapter, ...]) -> tuple[ParsedChapter, ...]:
        """Without the paragraphs that most chapters begin or end with. Raises UnsupportedSite where most pages hold no text."""
        unread = [one for one in chapters if one.hole is not None and one.hole.kind == ParseError.kind]
        read = sum(one.chapter is not None for one in chapters)
        if len(unread) > read:
            raise UnsupportedSite(
                f"{len(unread)} of the {len(unread) + read} pages that were taken for chapters hold no text ({unread[0].link.url} is one): "
                "the links may lead elsewhere; post the URL of the novel's table of contents, or of its first chapter"
            )
        kept, removed = boilerplate.remove(chapters)
        if removed:
            self.logger.info("%d paragraphs that most chapters share were removed", removed)
        return kept


def _contents(root: HtmlElement, url: str) -> Contents | None:
    """The page's list of chapters, unless the page is itself a chapter that happens to list some."""
    contents = toc.find(root, url)
    return None if contents is None or toc.is_chapter(root, contents) else contents


def _signs(root: HtmlElement, url: str, contents: Contents | None) -> Signs:
    titled = metadata.title(root, url, contents) is not None
    if contents is not None:
        return Signs(links=len(contents.group), sequence=contents.sequence, titled=titled, leads_on=True)
    leads_on = steps.next_page(root, url) is not None or steps.previous_page(root, url) is not None
    return Signs(leads_on=leads_on, titled=titled, text=maintext.has_text(root, url))


def _page(response: Response) -> tuple[HtmlElement, int]:
    """The page's tree without what its CSS hides, and how many elements that was."""
    kind = (response.headers.get("Content-Type") or b"text/html").decode("latin-1").partition(";")[0].strip().lower()
    if not isinstance(response, TextResponse) or (not kind.startswith("text/") and not kind.endswith(("html", "xml"))):
        raise UnsupportedSite(f"{response.url} is {kind}, not a web page")
    response = decoded(response)
    refuse(response)
    root: HtmlElement = tree(response).root
    if root.find(".//base[@href]") is not None:
        root.make_links_absolute(get_base_url(response), resolve_base_href=False, handle_failures="ignore")
    return root, remove_hidden(root)


def _entries(contents: Contents, index_url: str) -> Iterator[ChapterLink]:
    """The list's chapters in reading order, with what stands before and after them."""
    found = _listed(contents, index_url)
    ordered = found[::-1] if order.runs_backwards(contents.group) else found
    group = {link.url for link in contents.group}
    body = [place for place, link in enumerate(ordered) if link.url in group]
    volumes = toc.volumes(contents)
    for place, link in enumerate(ordered):
        yield ChapterLink(
            key=_key(link.url, index_url),
            url=link.url,
            title=link.text,
            volume=volumes[link.element],
            matter=_matter(link, before=place < body[0], after=place > body[-1]),
        )


def _listed(contents: Contents, index_url: str) -> list[Link]:
    """The group, and the entries of the same list that hang otherwise: a prologue beside nested parts, a preface."""
    group = {link.url: link for link in contents.group}
    found: dict[str, Link] = {}
    for link in links(contents.element, index_url):
        if link.url in group:
            found.setdefault(link.url, group[link.url])
        elif _is_entry(link):
            found.setdefault(link.url, link)
    return list(found.values())


def _is_entry(link: Link) -> bool:
    """Whether a link is an entry of its own: the first in its list item, above no other list, and no title page."""
    item = next(link.element.iterancestors("li"), None)
    if item is None or item.find(".//ol") is not None or item.find(".//ul") is not None:
        return False
    stem = PurePosixPath(urlsplit(link.url).path).stem
    return next(item.iter("a")) is link.element and not any(map(_NO_CHAPTER.fullmatch, (link.text, stem)))


def _matter(link: Link, *, before: bool, after: bool) -> Matter:
    if before and _FRONT.match(link.text):
        return Matter.FRONT
    return Matter.BACK if after and _BACK.match(link.text) else Matter.BODY


def _key(url: str, index_url: str) -> str:
    """The address below the index's own folder: it stays when the chapter moves in the list."""
    parts = urlsplit(canonicalize_url(url))
    folder = urlsplit(index_url).path.rpartition("/")[0] + "/"
    path = parts.path.removeprefix(folder) if url != index_url else parts.path
    return f"{path}?{parts.query}" if parts.query else path
