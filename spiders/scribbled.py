"""What Scribble Hub makes of a chapter's text: notes, announcements, spoilers and footnotes, turned into HTML that needs none of its scripts."""

from __future__ import annotations

from lxml import html
from parsel import Selector, SelectorList

from spiders.fragments import drop, inner_html, words

_IS_NOTE = 'has-class("wi_authornotes") or has-class("wi_news")'
_NOTES = f".//*[{_IS_NOTE}][not(ancestor::*[{_IS_NOTE}])]"
_SAYS = "node()[self::text()[normalize-space()] or self::img]"
_BODY = ".wi_authornotes_body, .wi_news_body"
_UNREAD = ".p-avatar-wrap, .wi_authornotes_title, .wi_news_title, .spdiv, script, style, noscript, iframe"
_FOOTNOTE = ".modern-footnotes-footnote__note"


def unfold(text: Selector) -> None:
    """Show what a reader can click open, and take out the site's own words around it."""
    drop(text, _UNREAD)
    for spoiler in text.css(".sp-wrap"):
        spoiler.root.tag = "details"
        for head in spoiler.css(".sp-head")[:1]:
            head.root.tag = "summary"
    for folded in text.css(f".sp-body, {_FOOTNOTE}"):
        folded.root.attrib.pop("style", None)
        folded.root.attrib.pop("hidden", None)


def take_notes(text: Selector) -> tuple[str | None, str | None]:
    """Take out what the author says before and after the text. What stands in its midst stays; a text of notes alone is the text."""
    if not text.xpath(f".//{_SAYS}[not(ancestor::*[{_IS_NOTE}])]"):
        return None, None
    before = _taken(text.xpath(_NOTES), "preceding")
    after = _taken(text.xpath(_NOTES)[::-1], "following")[::-1]
    return "\n".join(before) or None, "\n".join(after) or None


def _taken(notes: SelectorList[Selector], axis: str) -> list[str]:
    """The notes up to the first that has some of the text on its other side."""
    taken: list[str] = []
    for note in notes:
        if note.xpath(f'{axis}::{_SAYS}[ancestor::*[@id="chp_raw"]]'):
            break
        taken.append(inner_html((note.css(_BODY) or [note])[0]))
        note.drop()
    return taken


def gather_footnotes(text: Selector) -> None:
    """Move the footnotes, which the site shows where their mark is clicked, to the end, each after its mark."""
    for note in text.css(_FOOTNOTE):
        mark = note.xpath('preceding::sup[has-class("modern-footnotes-footnote")][1]')
        note.root.drop_tree()
        note.root.tail = None  # it stayed behind, too
        paragraph = html.Element("p")
        number = html.Element("sup")
        number.text = " ".join(map(words, mark)) or "*"
        number.tail = " "
        paragraph.extend((number, note.root))
        text.root.append(paragraph)
