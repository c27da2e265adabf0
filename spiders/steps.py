"""From one page of a novel to another: next, previous, contents, by `rel` (HTML Living Standard, link types) or by the words of a link."""

from __future__ import annotations

import re
from urllib.parse import urldefrag

from lxml.html import HtmlElement

from spiders.links import links, target_of
from spiders.phrases import CONTENTS, FIRST, NEXT, PREVIOUS


def next_page(root: HtmlElement, url: str) -> str | None:
    """The page after this one."""
    return by_rel(root, url, "next") or _first(by_words(root, url, NEXT))


def previous_page(root: HtmlElement, url: str) -> str | None:
    """The page before this one."""
    return by_rel(root, url, "prev", "previous") or _first(by_words(root, url, PREVIOUS))


def first_page(root: HtmlElement, url: str) -> str | None:
    """The first page of those that lead from one to the next."""
    return by_rel(root, url, "first", "start") or _first(by_words(root, url, FIRST))


def contents_page(root: HtmlElement, url: str) -> str | None:
    """The table of contents that a chapter belongs to."""
    return by_rel(root, url, "contents", "index", "up") or _first(by_words(root, url, CONTENTS))


def by_rel(root: HtmlElement, url: str, *kinds: str) -> str | None:
    """Where the first link of one of these kinds leads, if that is another page of the same site."""
    here = urldefrag(url).url
    for element in root.iter("link", "a"):
        if set(kinds).intersection((element.get("rel") or "").lower().split()):
            target = target_of(element, url)
            if target is not None and target != here:
                return target
    return None


def by_words(root: HtmlElement, url: str, words: re.Pattern[str]) -> list[str]:
    """Where the links lead that say nothing but these words."""
    return [link.url for link in links(root, url) if words.fullmatch(link.text)]


def _first(urls: list[str]) -> str | None:
    return urls[0] if urls else None
