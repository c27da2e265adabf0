"""The text of one of Project Gutenberg's books: what stands between the two lines that begin and end it, cut into its chapters."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from urllib.parse import urldefrag

from lxml.html import HtmlElement
from scrapy.http import HtmlResponse, Response

from ingestion.errors import ParseError, UnsupportedSite
from ingestion.items import Matter
from spiders.challenge import refuse
from spiders.fragments import drop, tree
from spiders.hidden import remove_hidden
from spiders.sections import Section, cut

START = re.compile(r"\*{3}\s*START\s+OF\s+TH(?:E|IS)\s+PROJECT\s+GUTENBERG", re.IGNORECASE)
_END = re.compile(
    r"\*{3}\s*END\s+OF\s+TH(?:E|IS)\s+PROJECT\s+GUTENBERG|End\s+of\s+(?:the\s+|this\s+)?Project\s+Gutenberg",
    re.IGNORECASE,
)
_FURNITURE = ".pg-boilerplate, #pg-header, #pg-footer, .pagenum, .pageno, .pgnum, .x-ebookmaker-pageno, script, style, link, meta"
_LISTS = re.compile(
    r"(table of )?contents|(list of )?(illustrations|plates)|inhalt(sverzeichnis)?|table des mati[eè]res", re.IGNORECASE
)
_FRONT = re.compile(r"(author['’]s )?(preface|foreword|introduct\w+|dedication|to the reader)\b.*", re.IGNORECASE)
_BACK = re.compile(
    r"((foot|end)?notes?|appendix\b.*|afterword|glossary|index|transcriber['’]s notes?)[.:]?", re.IGNORECASE
)
#: What stands before the first heading is a title page, or with so many characters a text.
_TITLE_PAGE = 600
_OPENING = "opening"


def sections(response: Response) -> tuple[Section, ...]:
    """The book's texts in their order. What stands before the first heading has no title, and an anchor of ours.

    Raises NotFound, Blocked, UnsupportedSite where the page is no book, ParseError where it is no whole one.
    """
    if not isinstance(response, HtmlResponse):
        raise UnsupportedSite(f"{response.url} is not HTML; give the address of the book's HTML file")
    return _read(urldefrag(response.url).url, response.body, response.encoding, response.status)


@lru_cache(maxsize=1)
def _read(url: str, body: bytes, encoding: str, status: int) -> tuple[Section, ...]:
    # The page is asked about once for each of its chapters, so the last one read is kept.
    response = HtmlResponse(url, body=body, encoding=encoding, status=status)
    page = tree(response)
    root = page.css("body")[0].root if page.css("body") else page.root
    remove_hidden(root)
    _trim(root, response)
    drop(page, _FURNITURE)
    for comment in page.xpath("//*/comment()"):
        comment.drop()
    found = [section for section in cut(root) if _is_text(section)]
    if len(found) > 1 and not found[0].title and found[0].size * (1 - found[0].linked) < _TITLE_PAGE:
        del found[0]
    if not found:
        raise ParseError(f"{url} is a book without a text")
    return tuple(section if section.title else replace(section, anchor=_OPENING) for section in found)


def _is_text(section: Section) -> bool:
    return (section.size > 0 or "<img" in section.content) and not (
        section.linked > 0.6 or _LISTS.fullmatch(section.title.strip(" .:"))
    )


def matters(found: tuple[Section, ...]) -> list[Matter]:
    """A preface stands before the first chapter, an appendix behind it."""
    stories = [at for at, s in enumerate(found) if not (_FRONT.fullmatch(s.title) or _BACK.fullmatch(s.title))]
    begins = next((at for at in stories if found[at].anchor != _OPENING), 0)
    return [
        Matter.FRONT if at < begins else Matter.BACK if at > begins and _BACK.fullmatch(s.title) else Matter.BODY
        for at, s in enumerate(found)
    ]


def _trim(root: HtmlElement, response: Response) -> None:
    """Take out what stands outside the two lines that begin and end the text, and the lines themselves."""
    start, end = _marked(root, START), _marked(root, _END)
    if start is None:
        refuse(response)
        raise UnsupportedSite(
            f"{response.url} has no line “*** START OF …”: it is no book's HTML file; give one such as …/1342-h/1342-h.htm"
        )
    if end is None or end is start:
        raise ParseError(
            f"{response.url} has no line “*** END OF …” behind its text: it breaks off; try another mirror"
        )
    for mark, before in ((start, True), (end, False)):
        for level in (mark, *mark.iterancestors()):
            if level is root:
                break
            if before:
                level.getparent().text = None
            else:
                level.tail = None
            for beside in list(level.itersiblings(preceding=before)):
                beside.getparent().remove(beside)
        mark.drop_tree()


def _marked(root: HtmlElement, line_: re.Pattern[str]) -> HtmlElement | None:
    """The element that holds the first such line."""
    for text in root.xpath(".//text()"):
        if line_.search(text):
            holder = text.getparent().getparent() if text.is_tail else text.getparent()
            return holder if holder is not root else None
    return None
