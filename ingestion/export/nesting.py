"""Elements where HTML allows them: browsers forgive a paragraph inside of a `b` or a list inside of a list, e-readers and EPUBCheck do not.

Nothing is moved and no word is lost. An element that does not fit becomes a `div` or a `span` with its former name as its class, and
the book's style shows it as before. The rules are the content models of the HTML Living Standard, as EPUB 3.3 takes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree
from lxml.etree import _Element as Element

from ingestion.sanitize import TAGS

#: What is out of date, or says more of a page than of a book.
RENAMED = dict.fromkeys(("article", "aside", "center", "footer", "header", "hgroup", "main", "section"), "div")
RENAMED |= {"big": "span", "h1": "h2", "strike": "s", "time": "span", "tt": "code"}
HEADINGS = {"h2", "h3", "h4", "h5", "h6"}
BLOCKS = HEADINGS | {"blockquote", "details", "div", "dl", "figure", "hr", "ol", "p", "pre", "table", "ul"}
#: These may hold blocks, in a place that may.
TRANSPARENT = {"a", "del", "ins"}
ROWS = {"thead", "tbody", "tfoot"}
#: What is only allowed right inside of these.
PARENTS = {
    "li": {"ol", "ul"},
    "dt": {"dl"},
    "dd": {"dl"},
    "caption": {"table"},
    "thead": {"table"},
    "tbody": {"table"},
    "tfoot": {"table"},
    "tr": ROWS | {"table"},
    "td": {"tr"},
    "th": {"tr"},
    "figcaption": {"figure"},
    "summary": {"details"},
    "rb": {"ruby"},
    "rtc": {"ruby"},
    "rt": {"ruby", "rtc"},
    "rp": {"ruby", "rtc"},
}
#: What is no text, where none may be; a space that does not break is one.
SPACES = " \t\r\n"
#: May not be inside of another of these, at whatever depth.
APART = {"a": "a", "details": "a", "dfn": "dfn", "table": "caption"}
#: Attributes that any element may have.
EVERYWHERE = {"class", "dir", "id", "lang", "style", "title", "{http://www.w3.org/XML/1998/namespace}lang"}
TABLE = {"caption", "table", "td", "tfoot", "thead", "th", "tbody", "tr"}
RUBY = {"rb", "rp", "rt", "rtc", "ruby"}
#: What may hold blocks, always.
HOLDERS = TABLE | {"blockquote", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "li", "ol", "ul"}
#: How an element's children may follow each other: a letter for each that has a part in it, `x` for any other and for text.
ORDERS = {
    "dl": ({"dt": "t", "dd": "d"}, re.compile("(t+d+)*")),
    "details": ({"summary": "s"}, re.compile("s[^s]*")),
    "figure": ({"figcaption": "c"}, re.compile("c?[^c]*|[^c]*c")),
    "table": ({"caption": "c", "thead": "h", "tbody": "b", "tr": "r", "tfoot": "f"}, re.compile("c?h?(b*|r+)f?")),
    "thead": ({"tr": "r"}, re.compile("r*")),
    "tbody": ({"tr": "r"}, re.compile("r*")),
    "tfoot": ({"tr": "r"}, re.compile("r*")),
    "tr": ({"td": "d", "th": "d"}, re.compile("d*")),
    "ruby": ({"rt": "t", "rtc": "t", "rp": "p"}, re.compile("([^tp]*(t+|p(tp)+))+")),
}


def fit(root: Element) -> None:
    """Make what is inside of `root`, a `div`, obey the content models."""
    for column in list(root.iter("col", "colgroup")):  # they say nothing but how many columns there are
        _drop(column)
    inside = list(root.iter(etree.Element))[1:]
    for element in inside:
        _rename(element, RENAMED.get(element.tag, element.tag))
        _part(element)
    blocky: set[Element] = set()
    for element in reversed(inside):  # the innermost first
        SHAPES.get(element.tag, _in_order)(element)
        if not any(child.tag in BLOCKS or child in blocky for child in element):
            continue
        if element.tag in TRANSPARENT:
            blocky.add(element)
        elif element.tag not in HOLDERS:
            _dissolve(element)
            _rename(element, "div")


def _part(element: Element) -> None:
    """Take an element out of its part in what it is not right inside of, or may not be in at all."""
    parent, apart = element.getparent(), APART.get(element.tag)
    alone = parent is None or parent.tag not in PARENTS.get(element.tag, {parent.tag})
    nested = apart is not None and next(element.iterancestors(apart), None) is not None
    if alone or nested or element.tag not in TAGS or (element.tag == "bdo" and "dir" not in element.attrib):
        _plain(element)


def _in_order(element: Element) -> None:
    """Leave an element its part if its children are in the order that it wants."""
    letters, order = ORDERS.get(element.tag, ({}, None))
    if order is not None and not order.fullmatch(_spelled(element, letters)):
        _dissolve(element)


def _dissolve(element: Element) -> None:
    """Take its part from an element, and from all that has a part in it."""
    if element.tag in TABLE:
        element = next(element.iterancestors("table"), element)
    family = next((family for family in (TABLE, RUBY) if element.tag in family), None)
    letters, _ = ORDERS.get(element.tag, ({}, None))
    for part in list(element.iter(*family)) if family else [child for child in element if child.tag in letters]:
        _plain(part)
    _plain(element)


def _spelled(element: Element, letters: dict[str, str]) -> str:
    told = "x" if (element.text or "").strip(SPACES) else ""
    for child in element:
        told += letters.get(child.tag, "x") + ("x" if (child.tail or "").strip(SPACES) else "")
    return told


def _list(element: Element) -> None:
    """Give everything in a list an entry of its own."""
    if (element.text or "").strip(SPACES):
        first = etree.Element("li")
        first.text, element.text = element.text, None
        element.insert(0, first)
    for child in list(element):
        entry = child
        if element.tag == "ul":
            child.attrib.pop("value", None)
        if child.tag != "li":
            entry = etree.Element("li")
            child.addprevious(entry)
            entry.append(child)  # with the text behind it
        elif (child.tail or "").strip(SPACES):
            entry.append(etree.Element("span"))
            entry[-1].text, child.tail = child.tail, None


def _words_only(element: Element) -> None:
    element.text = "".join(element.itertext(with_tail=False))
    del element[:]


def _plain(element: Element) -> None:
    """A `div` or a `span`, whichever it is like."""
    _rename(element, "div" if element.tag in HOLDERS else "span")


def _rename(element: Element, tag: str) -> None:
    if element.tag != tag:
        for name in set(element.keys()) - EVERYWHERE:
            del element.attrib[name]
        element.set("class", element.get("class", element.tag))
        element.tag = tag


def _drop(element: Element) -> None:
    """Take an empty element out, with what is inside of it, and leave the text behind it where it is."""
    parent, before, tail = element.getparent(), element.getprevious(), element.tail or ""
    if parent is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


SHAPES: dict[str, Callable[[Element], None]] = {"ol": _list, "ul": _list, "rp": _words_only}
