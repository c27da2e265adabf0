"""What a spider cuts out of a page: the page as a tree, the HTML inside an element, its plain text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from copy import deepcopy
from urllib.parse import urljoin

from lxml import etree, html
from lxml.html import HtmlElement
from parsel import Selector
from scrapy.http import Response, TextResponse

from ingestion import controls
from ingestion.errors import NotFound, ParseError

_BLOCKS = ("p", "div", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "tr", "section", "hr")
#: A word; where a language puts no spaces between its words, two of its signs are one.
_WORD = re.compile(r"[぀-ヿ㐀-鿿]{1,2}|[^\W぀-ヿ㐀-鿿]+")
#: Characters that no document may hold (HTML Living Standard, 13.2.3.5), written as such or as references: lxml parses and then refuses them.
_CONTROLS = re.compile(
    # Each alternative begins with one of these, so that the rest of a page is passed over quickly.
    "[&\x00-\x08\x0b\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
    "(?:(?<!&)|(?<=&)#(?:0*(?:[0-8]|1[124-9]|2\\d|3[01]|6553[45])(?!\\d)|x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef])(?![0-9a-f]));?)",
    re.IGNORECASE,
)
#: lxml's own parser drops whatever is nested in more than 255 elements, as what is never closed soon is, and all after it.
DEEP = html.HTMLParser(huge_tree=True)
#: What parsel makes for each page anew, without a table of the page's ids, which nothing here asks for.
_PAGE = html.HTMLParser(encoding="utf-8", huge_tree=True, collect_ids=False)
_ADDRESSES = {"href", "src", "content"}
#: Elements with attributes that lxml or urllib may refuse to look at.
_ODD = etree.XPath("/descendant::*[@*[contains(name(), '{') or contains(., '[') or contains(., ']')]]")
#: As libxml2 writes one: a value in double quotation marks, or in single ones where it has double ones.
_START_TAG = re.compile(r"""<[^ \t\n\r\f>]+(?: [^ \t\n\r\f>][^ \t\n\r\f>=]*(?:="[^"]*"|='[^']*')?)*+>""")
_SHOWN = etree.XPath(".//text()[not(ancestor::script or ancestor::style)]", smart_strings=False)
_BLOCK_END, _LINE_END = "\u2029", "\u2028"


def tree(response: Response) -> Selector:
    """The page as a tree of its own, so that cleaning it leaves the response as it was."""
    if response.status in (404, 410):
        raise NotFound(f"the site has no page {response.url} (status {response.status}): removed, or the URL is wrong")
    if not isinstance(response, TextResponse):
        raise ParseError(f"{response.url} is not a page of text")
    markup = _as_html(response).replace("\f", " ")
    page = piece(markup)
    # To look at each attribute takes longer than to see that none can be odd.
    if "{" in markup or "[" in markup or "]" in markup:
        for odd in _ODD(page.root):
            _mend(odd)
    return page


def _mend(element: etree._Element) -> None:
    """Take away the attributes whose names lxml parses but cannot give back (text that a torn tag has swallowed), and addresses that are none."""
    kept = {str(value.attrname): str(value) for value in element.xpath("@*[not(contains(name(), '{'))]")}
    if len(kept) < int(element.xpath("count(@*)")):
        element.attrib.clear()
        element.attrib.update(kept)
    for name in _ADDRESSES & kept.keys():
        if not {"[", "]"}.isdisjoint(kept[name]) and absolute("https://example.org/", kept[name]) is None:
            del element.attrib[name]


def absolute(base: str, address: str | None) -> str | None:
    """The address as seen from `base`; None for none, and for one with brackets around what is no IPv6 address (RFC 3986, 3.2.2)."""
    try:
        return urljoin(base, address) if address is not None else None
    except ValueError:
        return None


def _as_html(response: TextResponse) -> str:
    """The page's markup as HTML. XHTML closes any element at once (`<script/>`), which HTML reads as never closed."""
    if b"xhtml" not in (response.headers.get("Content-Type") or b"") and not response.body.startswith(b"<?xml"):
        return response.text
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        return str(etree.tostring(etree.fromstring(response.body, parser), method="html", encoding="unicode"))
    except etree.XMLSyntaxError:  # called XHTML, and is none: browsers of the time read it as HTML
        return response.text


def drop(page: Selector, selector: str) -> None:
    """Take out what a CSS selector finds, and the paragraphs and spans that held nothing else. A page's root stays."""
    for part in page.css(selector):
        found = part.root
        while _is_alone(found):
            found = found.getparent()
        if found.getparent() is not None:
            found.drop_tree()


def _is_alone(element: HtmlElement) -> bool:
    """Whether there is nothing else in the paragraph or span that holds the element; what has an id may be linked to."""
    holder = element.getparent()
    if holder is None or holder.tag not in {"p", "span"} or holder.get("id"):
        return False
    return len(holder) == 1 and not line(holder.text) and not line(element.tail)


def inner_html(element: Selector) -> str:
    """The HTML between an element's tags."""
    root = element.root
    whole = str(etree.tostring(root, method="html", encoding="unicode", with_tail=False))
    begin = _START_TAG.match(whole)
    return whole[begin.end() if begin else 0 :].removesuffix(f"</{root.tag}>").strip()


def words(element: Selector) -> str:
    """An element's text on one line, white space collapsed, without scripts and styles."""
    return line("".join(_SHOWN(element.root)))


def has_words(element: Selector) -> bool:
    """Whether `words` finds any."""
    return any(map(line, texts(element.root, without={"script", "style"})))


def texts(element: etree._Element, *, without: Collection[str]) -> Iterator[str]:
    """The texts below an element one by one, so that a long page need not be read to its end, and none in such elements."""
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        if event == "start" and node.tag in without:
            walk.skip_subtree()
        elif event == "start":
            yield node.text or ""
        elif node is not element:
            yield node.tail or ""


def size(text: str) -> int:
    """How many words a text has, whatever its language."""
    return len(_WORD.findall(text))


def line(text: str | None) -> str:
    """A text on one line, white space collapsed."""
    return " ".join((text or "").split())


def first(page: Selector, *choices: str) -> str | None:
    """What the first element to be found says, by CSS selectors: a meta's content, a picture's address, or its text."""
    for choice in choices:
        for element in page.css(choice):
            said = element.attrib.get("content") or element.attrib.get("src") or words(element)
            if said.strip():
                return said.strip()
    return None


def first_words(element: HtmlElement) -> HtmlElement | None:
    """The element that the first words below `element` stand in."""
    for node in element.iter():
        if isinstance(node.tag, str) and line(node.text):
            return node
        if node is not element and line(node.tail):
            return node.getparent()
    return None


def paragraphs(element: Selector) -> str | None:
    """An element's text, paragraphs divided by a blank line, lines by a line's end; None where there is none."""
    root = deepcopy(element.root)
    root.tail = None
    for node in root.iter(*_BLOCKS, "br"):
        end = _LINE_END if node.tag == "br" else _BLOCK_END
        node.text = end + (node.text or "") if end is _BLOCK_END else None
        node.tail = end + (node.tail or "")
    text = "".join(_SHOWN(root))
    blocks = ("\n".join(line(part) for part in block.split(_LINE_END)) for block in text.split(_BLOCK_END))
    return re.sub(r"\n{3,}", "\n\n", "\n\n".join(block for block in blocks if block.strip())).strip() or None


def paragraphs_of(markup: str) -> str | None:
    """`paragraphs` of HTML, or of plain text in lines, that stands outside any page (in JSON, in an attribute)."""
    lines = markup if "<" in markup else markup.replace("\n", "<br>")
    return paragraphs(piece(f"<div>{lines}</div>"))


def piece(markup: str) -> Selector:
    """A tree of markup that stands outside any page: JSON may hold halves of characters, which no page can."""
    sound = _CONTROLS.sub("", markup) if "&#" in markup or controls.present(markup) else markup
    root = etree.fromstring(sound.strip().replace("\0", "").encode() or b"<html/>", _PAGE)
    return Selector(root=etree.fromstring(b"<html/>", _PAGE) if root is None else root, type="html")
