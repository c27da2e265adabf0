"""The links of a page as the generic spider weighs them: where they lead, what they say, which number they carry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from urllib.parse import urldefrag, urlsplit

from lxml.html import HtmlElement

from spiders import numerals
from spiders.fragments import absolute, line


@dataclass(frozen=True, eq=False)
class Link:
    """A link on the page: its element, its address without a fragment, and its words."""

    element: HtmlElement
    url: str
    text: str

    @cached_property
    def number(self) -> float | None:
        """The number that its words carry."""
        return numerals.number(self.text)

    @cached_property
    def number_in_address(self) -> float | None:
        """The number that the last part of its address carries."""
        return numerals.number(urlsplit(self.url).path.rstrip("/").rpartition("/")[2])

    @property
    def is_unit(self) -> bool:
        """Whether its words name a unit of a novel: chapter, prologue, 第…"""
        return bool(numerals.UNIT.search(self.text))

    @property
    def in_sequence(self) -> bool:
        """Whether it reads like one of many: a number, or a word such as chapter."""
        return self.is_unit or self.number is not None or self.number_in_address is not None


def links(root: HtmlElement, url: str) -> Iterator[Link]:
    """The links below `root` that lead to other pages of the same host and have words, in document order."""
    here = urldefrag(url).url
    for element in root.iter("a"):
        target = target_of(element, url)
        text = line(element.text_content()) or line(element.get("title"))
        if text and target is not None and target != here:
            yield Link(element, target, text)


def target_of(element: HtmlElement, url: str) -> str | None:
    """Where a link leads, without its fragment; None where that is another site, or nowhere."""
    return _target(url, (element.get("href") or "").strip())


@lru_cache(maxsize=16_384)  # a page's links are looked at for several things
def _target(url: str, address: str) -> str | None:
    target = absolute(url, address)
    if target is None or urlsplit(target)[:2] != urlsplit(url)[:2]:
        return None
    return urldefrag(target).url
