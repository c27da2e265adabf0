"""From one page of a novel to another: next, previous, contents, by `rel` (HTML Living Standard, link types) or by the words of a link."""

from __future__ import annotations

import re
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml.html import HtmlElement

from spiders import toc
from spiders.phrases import CONTENTS, NEXT, PREVIOUS, leads_around
from spiders.toc import Contents, Link

#: A chapter's page may list a few others beside its text; a table of contents has little text beside its list.
_WORDS_OF_A_CHAPTER = 150


def next_page(root: HtmlElement, url: str) -> str | None:
    """The page after this one."""
    return _by_rel(root, url, "next") or _by_words(root, url, NEXT)


def previous_page(root: HtmlElement, url: str) -> str | None:
    """The page before this one."""
    return _by_rel(root, url, "prev", "previous") or _by_words(root, url, PREVIOUS)


def contents_page(root: HtmlElement, url: str) -> str | None:
    """The table of contents that a chapter belongs to."""
    return _by_rel(root, url, "contents", "index", "up") or _by_words(root, url, CONTENTS)


def is_chapter(root: HtmlElement, contents: Contents) -> bool:
    """Whether the page is a chapter that happens to list some others, and no table of contents."""
    outside = sum(
        len(p.text_content().split()) for p in root.iter("p") if contents.element not in (p, *p.iterancestors())
    )
    return outside > _WORDS_OF_A_CHAPTER and outside > 10 * len(contents.group)


def _by_rel(root: HtmlElement, url: str, *kinds: str) -> str | None:
    for element in root.iter("link", "a"):
        if set(kinds).intersection((element.get("rel") or "").lower().split()) and (target := _elsewhere(element, url)):
            return target
    return None


def _by_words(root: HtmlElement, url: str, words: re.Pattern[str]) -> str | None:
    found: list[Link] = [link for link in toc.links(root, url) if words.fullmatch(link.text)]
    return found[0].url if found else None


def _elsewhere(element: HtmlElement, url: str) -> str | None:
    """Where a link leads, if that is another page of the same site."""
    target = urldefrag(urljoin(url, (element.get("href") or "").strip())).url
    return target if target != url and urlsplit(target)[:2] == urlsplit(url)[:2] else None


def drop_links(page: HtmlElement, url: str) -> None:
    """Take out the links to the next, previous and contents pages, and the blocks that hold nothing else."""
    around = {next_page(page, url), previous_page(page, url), contents_page(page, url)} - {None}
    for link in list(toc.links(page, url)):
        if leads_around(link.text) or (link.url in around and link.element.get("rel")):
            link.element.drop_tree()
