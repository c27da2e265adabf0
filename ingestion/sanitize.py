"""Chapter HTML made inert and whole: only elements that carry text, no script, no handler, no style that hides, no tracker.

nh3 (Rust ammonia) decides; this module says what a novel's text may consist of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from urllib.parse import urldefrag, urljoin

import nh3
from lxml import etree, html

from ingestion import controls

_LINE_END = "\u2028"
#: lxml's own parser drops whatever is nested in more than 255 elements, as what is never closed soon is, and all after it.
_DEEP = html.HTMLParser(huge_tree=True)
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
#: Elements of text, from the HTML Living Standard's chapters on sections, grouping, text-level semantics and tables.
TAGS = set(
    [
        "a",
        "abbr",
        "article",
        "aside",
        "b",
        "bdi",
        "bdo",
        "big",
        "blockquote",
        "br",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "main",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "rb",
        "rp",
        "rt",
        "rtc",
        "ruby",
        "s",
        "samp",
        "section",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "wbr",
    ]
)
#: Elements whose content is no text of the chapter either.
DROPPED = {
    "script",
    "style",
    "noscript",
    "template",
    "iframe",
    "object",
    "embed",
    "form",
    "button",
    "select",
    "textarea",
}
ATTRIBUTES = {
    "*": {"align", "dir", "id", "lang", "style", "title"},
    "a": {"href"},
    "col": {"span"},
    "colgroup": {"span"},
    "img": {"alt", "height", "src", "width"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "q": {"cite"},
    "td": {"colspan", "headers", "rowspan"},
    "th": {"abbr", "colspan", "headers", "rowspan", "scope"},
    "time": {"datetime"},
}
#: Those of them that begin a line, and end one.
BLOCKS = set(
    [
        "article",
        "aside",
        "blockquote",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "td",
        "th",
        "tr",
        "ul",
    ]
)
#: As nh3 writes one: each value in double quotation marks.
_TAG = r"""<[^<>"]*(?:"[^"]*"[^<>"]*)*>"""
#: With its first sign in front, which is found quickest.
_BLOCK_TAG = re.compile(rf"<(?=/?(?:{'|'.join(sorted(BLOCKS | {'br', 'hr'}))})[ >]){_TAG[1:]}")
#: None of these can take an element out of sight.
STYLES = {"font-style", "font-variant", "font-weight", "text-align", "text-decoration"}
_ANY_TAG = re.compile(_TAG)
_BLANK = re.compile(rf"(?:{_TAG}|&nbsp;|\s)*+")
IDENTIFIER = re.compile(r"^[A-Za-z][\w.:-]{0,200}$")
TRACKER = re.compile(r"""<img\b(?=[^<>]*\b(?:width|height)=["']?[01](?:px)?["'\s/>])[^<>]*>""", re.IGNORECASE)
_base_url: ContextVar[str] = ContextVar("base_url")


def clean(fragment: str, base_url: str) -> str:
    """`fragment` sanitised, its links absolute with respect to `base_url`; links within the page stay within the page."""
    _base_url.set(base_url)
    return _inert(TRACKER.sub("", fragment), _CLEANER)


def illustrated(fragment: str, pictures: Mapping[str, str]) -> str:
    """A clean `fragment` for a reader, with the pictures at the paths that `pictures` gives for their URLs.

    Of any other picture its text is left and no address: a reader's browser asks nobody but us.
    """

    def attribute(tag: str, name: str, value: str) -> str | None:
        return pictures.get(value) if (tag, name) == ("img", "src") else value

    return _inert(fragment, _cleaner(attribute)) if "<img" in fragment else fragment


def _inert(fragment: str, cleaner: nh3.Cleaner) -> str:
    return controls.without(cleaner.clean(fragment)).replace(' style=""', "").strip()


def _cleaner(attribute: Callable[[str, str, str], str | None]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=TAGS,
        clean_content_tags=DROPPED,
        attributes=ATTRIBUTES,
        attribute_filter=attribute,
        filter_style_properties=STYLES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def _attribute(_tag: str, name: str, value: str) -> str | None:
    if name == "id":
        return value if IDENTIFIER.match(value) else None
    return _absolute(value, _base_url.get()) if name in {"href", "src", "cite"} else value


#: To make one takes longer than to clean a chapter with it, so that all share one, and each says where its links begin.
_CLEANER = _cleaner(_attribute)


def depth(root: html.HtmlElement | str) -> int:
    """How deep the elements of a page, or of an HTML fragment, are nested."""
    if isinstance(root, str):
        root = html.fragment_fromstring(root, create_parent="div", parser=_DEEP)
    level = deepest = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        level += 1 if event == "start" else -1
        deepest = max(deepest, level)
    return deepest


def is_blank(fragment: str) -> bool:
    """Whether a clean HTML fragment has no text."""
    return _BLANK.fullmatch(fragment) is not None


def size(fragment: str) -> int:
    """How many words `text` finds in a clean HTML fragment, without making a tree of it."""
    return len(untagged(_BLOCK_TAG.sub(" ", fragment)).replace("&nbsp;", " ").split())


def untagged(fragment: str) -> str:
    """A clean HTML fragment without its tags, its references (`&amp;`) as they are."""
    return _ANY_TAG.sub("", fragment)


def text(fragment: str) -> str:
    """The words of an HTML fragment, white space collapsed."""
    return " ".join(lines(fragment))


def lines(fragment: str) -> list[str]:
    """The words of an HTML fragment, a line for each block of it."""
    if not fragment.strip():
        return []
    root = html.fragment_fromstring(fragment, create_parent="div", parser=_DEEP)
    # A word ends where a block begins or ends, though no space stands between the two in the markup.
    for element in root.iter(*BLOCKS, "br", "hr"):
        element.text, element.tail = (f"{_LINE_END}{text or ''}" for text in (element.text, element.tail))
    found = (" ".join(line.split()) for line in str(root.text_content()).split(_LINE_END))
    return [line for line in found if line]


def _absolute(value: str, base_url: str) -> str | None:
    try:
        absolute = urljoin(base_url, value.strip())
    except ValueError:
        return None
    page, fragment = urldefrag(absolute)
    return f"#{fragment}" if fragment and page == urldefrag(base_url).url else absolute


def storable(text: str | None) -> str:
    """A text without what PostgreSQL cannot hold (NUL, lone surrogates) and what no text means (other control characters)."""
    return _UNSTORABLE.sub("", text or "")
