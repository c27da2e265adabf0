"""The text of a chapter on a page that nobody described: trafilatura says which words are the text, the document says what belongs to them.

An extractor alone gives the words and loses what hangs on them (a letter's header and footer, a table, ruby, an epigraph). So
its words only find the place: the lowest element that holds all of them is the chapter, and it is kept whole, but for
navigation, forms, comments, and the chapter's own heading.
"""

from __future__ import annotations

from copy import deepcopy

import trafilatura
from lxml import html
from lxml.html import HtmlElement
from parsel import Selector

from ingestion.errors import ParseError
from ingestion.items import Chapter
from spiders import furniture, substance
from spiders.fragments import first_words, inner_html, line, size

_BLOCKS = ("p", "li", "blockquote", "pre", "td", "th", "dd", "dt", "div", "section", "article", "main", "figcaption")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_SECTIONS = {"section", "article", "main", "blockquote"}
#: How much of the text must lie in one child before the rest counts as an extractor's mistake.
_NEARLY_ALL = 0.97


def extract(root: HtmlElement, url: str) -> Chapter:
    """The chapter on the page. Raises ParseError when there is no text on it, or none that is a chapter's;
    NotFound or Locked where it says that it is not there, or not for everybody."""
    page = deepcopy(root)
    furniture.drop(page, url)
    element = _place(page)
    furniture.trim(element, url)
    title = _take_heading(element) or _heading_before(element)
    text = line(" ".join(element.itertext()))
    said = f"{title or ''} {text or line(page.text_content())}"
    substance.refuse_apology(said, line(page.findtext(".//title")), url)
    if not text and element.find(".//img") is None:
        raise ParseError(f"the page {url} holds no text that looks like a chapter")
    substance.refuse_scrap(element, size(page.text_content()), url)
    substance.refuse_closed(element, url)
    return Chapter(content=inner_html(Selector(root=element, type="html")), title=title)


def _place(page: HtmlElement) -> HtmlElement:
    """The lowest element that holds all the text."""
    lines = _lines(page)
    weights: dict[HtmlElement, int] = {}
    for block in page.iter(*_BLOCKS):
        if not any(child.tag in _BLOCKS for child in block.iterdescendants()) and line(block.text_content()) in lines:
            for above in block.iterancestors():
                weights[above] = weights.get(above, 0) + len(block.text_content())
    place = _main(page)
    if not weights:
        return next(iter(place.iter("main", "article")), place)
    while (child := _heaviest(place, weights)) is not None:
        place = child
    return place


def _main(page: HtmlElement) -> HtmlElement:
    """Where to begin: the one element that the page calls its main part, unless most of its words stand elsewhere; else the body."""
    body = page.find("body")
    parts = list(page.iter("main"))
    if len(parts) == 1 and size(parts[0].text_content()) > size(page.text_content()) / 3:
        return parts[0]
    return page if body is None else body


def _heaviest(place: HtmlElement, weights: dict[HtmlElement, int]) -> HtmlElement | None:
    """The one child that holds the text; None when the text is spread over several, or lies in `place` itself."""
    child = max((c for c in place if c in weights), key=lambda c: weights[c], default=None)
    if child is None:
        return None
    enough = 1.0 if place.tag in _SECTIONS else _NEARLY_ALL
    return child if weights[child] >= enough * weights[place] else None


def _lines(page: HtmlElement) -> set[str]:
    """The paragraphs that trafilatura takes for the text, white space collapsed."""
    source = html.tostring(page, encoding="unicode")
    text = trafilatura.extract(source, favor_recall=True, include_comments=False, include_tables=True, fast=True)
    return {line(one).removeprefix("- ") for one in (text or "").splitlines() if one.strip()}


def _take_heading(element: HtmlElement) -> str | None:
    """Take out the headings at the element's start; the last of them is the chapter's own."""
    title = None
    while (first := first_words(element)) is not None:
        heading = next((h for h in (first, *first.iterancestors()) if h.tag in _HEADINGS or h.tag == "hgroup"), None)
        if heading is None or element not in heading.iterancestors():
            break
        title = line(" ".join(heading.itertext()))
        heading.drop_tree()
    return title or None


def _heading_before(element: HtmlElement) -> str | None:
    """The nearest heading above the text."""
    before = element.xpath("(preceding::h1 | preceding::h2 | preceding::h3)[last()]")
    return (line(before[0].text_content()) or None) if before else None
