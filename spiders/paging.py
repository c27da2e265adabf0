"""The further pages of an index: numbered (1 2 … last), or older, newer and next.

Numbered pages are all known from the first, the ones between "3" and "last" too; where there are no numbers each page leads to one more.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from spiders import steps
from spiders.links import links
from spiders.phrases import FIRST, LAST, NEWER, NEXT, OLDER, PREVIOUS

_PAGE = re.compile(r"[/?&]?\b(?:paged?|pagenum|pg|p|seite|pagina)[=/_-]?(\d{1,4})\b|(?<=\w)[_-](\d{1,4})(?=\.\w+$|/?$)")
_NUMBER = re.compile(r"\W*(\d{1,4})\W*")
_STEPS = (NEXT, PREVIOUS, OLDER, NEWER, FIRST, LAST)


@dataclass(frozen=True, slots=True)
class Paging:
    """The numbered pages of an index: this one's number, the last one's that it names, how their addresses are made."""

    here: int
    last: int
    before: str
    after: str
    linked: dict[int, str]

    @property
    def first(self) -> str | None:
        """The first page, where this is another."""
        return self.linked.get(1) if self.here > 1 else None

    def rest(self) -> tuple[str, ...]:
        """The pages after this one, in order."""
        return tuple(
            self.linked.get(number) or f"{self.before}{number}{self.after}"
            for number in range(self.here + 1, self.last + 1)
        )


def numbered(root: HtmlElement, url: str) -> Paging | None:
    """The numbered pages that the page at `url` is one of; None where there are none."""
    pages = list(_pages(root, url))
    if not pages:
        return None
    own = _PAGE.search(url)
    here = int(own[1] or own[2]) if own and bare(url) == bare(pages[0][1]) else 1
    last_number, _, (before, after) = max(pages)
    return Paging(here, last_number, before, after, {number: page for number, page, _ in reversed(pages)})


def further(root: HtmlElement, url: str, *, listed: Collection[str], newest_first: bool) -> tuple[str, ...]:
    """The index pages after this one, which lists the chapters at `listed`."""
    paging = numbered(root, url)
    if paging is not None:
        return paging.rest()
    wanted = OLDER if newest_first else NEWER
    choices = [steps.by_rel(root, url, "next"), *steps.by_words(root, url, wanted), *steps.by_words(root, url, NEXT)]
    return tuple([choice for choice in choices if choice is not None and choice not in listed][:1])


def bare(url: str) -> str:
    """An index's address without the number of its page, the same for all of them."""
    return re.sub(r"[/?&]+", "/", _PAGE.sub("", url)).strip("/")


def _pages(root: HtmlElement, url: str) -> Iterator[tuple[int, str, tuple[str, str]]]:
    """The numbered pages linked from here, in document order: number, address, what stands around the number in it."""
    for link in links(root, url):
        shown = _NUMBER.fullmatch(link.text)
        if not shown and not any(words.fullmatch(link.text) for words in _STEPS):
            continue
        found = _PAGE.search(link.url)
        if found is None or bare(link.url) != bare(url):
            continue
        group = 1 if found[1] else 2
        if shown is None or shown[1] == found[group]:
            yield int(found[group]), link.url, (link.url[: found.start(group)], link.url[found.end(group) :])
