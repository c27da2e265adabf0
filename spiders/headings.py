"""A chapter's heading that is no heading to the markup: its first line says its name in bold, or once more below the real one."""

from __future__ import annotations

import re
from dataclasses import replace

from lxml import html
from lxml.html import HtmlElement
from parsel import Selector

from ingestion.items import ParsedChapter
from spiders import numerals
from spiders.fragments import DEEP, first_words, inner_html, line

_SPOKEN = re.compile('^[“"«„「『]|[!?…,;”"»」』]$', re.MULTILINE)
_LETTERS = re.compile(r"[^\W_]+")
_SAID = re.compile(r"<[^>]*>|([^\W_]+)")
_MARKS = ("b", "strong", "u", "center", "big", "h1", "h2", "h3", "h4", "h5", "h6")


def without_doubled(parsed: ParsedChapter) -> ParsedChapter:
    """The chapter without a first line that says nothing but its title, as the index or its page gives it."""
    chapter = parsed.chapter
    names = {_letters(parsed.link.title), _letters(chapter.title or "") if chapter else ""} - {""}
    if chapter is None or not _begins(chapter.content, names):
        return parsed
    page = html.fragment_fromstring(chapter.content, create_parent="div", parser=DEEP)
    heading = _heading(page, names)
    if heading is None or _is_said(heading, f"{parsed.link.title}\n{chapter.title or ''}"):
        return parsed
    if chapter.title and not _is_marked(heading):
        return parsed
    title = chapter.title or line(heading.text_content())
    _drop_with_breaks(heading)
    content = inner_html(Selector(root=page, type="html"))
    return (
        replace(parsed, chapter=replace(chapter, content=content, title=title))
        if _LETTERS.search(page.text_content())
        else parsed
    )


def _begins(content: str, names: set[str]) -> bool:
    """Whether the letters between the tags begin with one of these names. Of a long text no more is read than that takes."""
    letters, longest = "", max(map(len, names), default=0)
    for some in _SAID.finditer(content):
        letters += (some[1] or "").casefold()
        if len(letters) >= longest:
            break
    return letters.startswith(tuple(names))


def _heading(page: HtmlElement, names: set[str]) -> HtmlElement | None:
    """The outermost element that the text begins with and that says nothing but one of these names."""
    found = None
    element = first_words(page)
    while element is not None and element is not page:
        found = element if _letters(element.text_content()) in names else found
        element = element.getparent()
    return found


def _is_marked(heading: HtmlElement) -> bool:
    """Whether a line stands out, or names a unit: below a real heading a plain one may be the story's own."""
    return next(heading.iter(*_MARKS), None) is not None or numerals.UNIT.search(heading.text_content()) is not None


def _is_said(heading: HtmlElement, titles: str) -> bool:
    """Whether a line is put as a story puts it and its titles are not: in quotation marks, or as a sentence that ends."""
    told = line(heading.text_content())
    if _SPOKEN.search(told):
        return not _SPOKEN.search(titles)
    is_sentence = told.endswith(".") and numerals.number(told) is None
    return is_sentence and not any(title.rstrip().endswith(".") for title in titles.split("\n"))


def _drop_with_breaks(heading: HtmlElement) -> None:
    while (after := heading.getnext()) is not None and after.tag == "br" and not line(heading.tail):
        after.drop_tree()
    heading.drop_tree()


def _letters(text: str) -> str:
    return "".join(_LETTERS.findall(text)).casefold()
