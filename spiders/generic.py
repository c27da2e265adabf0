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

from ingestion.errors import UnsupportedSite
from ingestion.items import Chapter, ChapterLink, IndexPage, Matter, Novel
from spiders import maintext, metadata, steps, toc, walls
from spiders.base import NovelSpider
from spiders.challenge import refuse
from spiders.fragments import tree
from spiders.hidden import remove_hidden
from spiders.toc import Contents, Link

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
        contents = toc.find(root, response.url)
        return metadata.novel(root, response.url, contents)

    def chapters(self, response: Response) -> IndexPage:
        """The list on the page; else the page is a chapter, and its links say where the contents are or what comes next."""
        root, _ = _page(response)
        contents = toc.find(root, response.url)
        following = steps.next_page(root, response.url)
        if contents is not None and not steps.is_chapter(root, contents):
            listed = tuple(_entries(contents, response.url))
            self.logger.debug("list of %d chapters, confidence %s", len(listed), contents.confidence)
            more = following is not None and following not in {link.url for link in listed}
            further = (following,) if more and following else ()
            backwards = toc.runs_backwards(contents.group)
            return IndexPage(links=listed, further=further, strategy=LIST, newest_first=backwards)
        if (index := steps.contents_page(root, response.url)) is not None:
            return IndexPage(links=(), index_url=index)
        if following is None and steps.previous_page(root, response.url) is None:
            raise UnsupportedSite(
                f"nothing on {response.url} looks like a list of chapters, and no link leads to a next one: "
                "post the URL of the novel's table of contents, or of its first chapter"
            )
        title = maintext.extract(root, response.url).title
        this = ChapterLink(key=_key(response.url, response.url), url=response.url, title=title or "")
        return IndexPage(links=(this,), further=() if following is None else (following,), strategy=CHAIN)

    def chapter(self, response: Response) -> Chapter:
        """The element that holds the text, whole, without what stands around it."""
        root, hidden = _page(response)
        chapter = maintext.extract(root, response.url)
        walls.refuse_teaser(response, Selector(text=chapter.content, type="html"))
        return replace(chapter, hidden_removed=hidden)


def _page(response: Response) -> tuple[HtmlElement, int]:
    """The page's tree without what its CSS hides, and how many elements that was."""
    kind = (response.headers.get("Content-Type") or b"text/html").decode("latin-1").partition(";")[0].strip().lower()
    if not isinstance(response, TextResponse) or (not kind.startswith("text/") and not kind.endswith(("html", "xml"))):
        raise UnsupportedSite(f"{response.url} is {kind}, not a web page")
    refuse(response)
    root: HtmlElement = tree(response).root
    if root.find(".//base[@href]") is not None:
        root.make_links_absolute(get_base_url(response), resolve_base_href=False, handle_failures="ignore")
    return root, remove_hidden(root)


def _entries(contents: Contents, index_url: str) -> Iterator[ChapterLink]:
    """The list's chapters in reading order, with what stands before and after them."""
    found = _listed(contents, index_url)
    ordered = found[::-1] if toc.runs_backwards(contents.group) else found
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
    for link in toc.links(contents.element, index_url):
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
