"""Chapter HTML as XHTML that every e-reader takes: well-formed, inert, its ids unique, its links and pictures leading somewhere.

What comes in is what `ingestion.sanitize` lets pass; here it also becomes XML (and XML 1.0 knows no control characters at all).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape

from lxml import etree
from lxml.etree import _Element as Element

from ingestion import controls, sanitize
from ingestion.export import nesting
from ingestion.tongue import LANGUAGE

#: Gives where a picture or a page of this URL is in the book, if it is there.
Place = Callable[[str], str | None]

VOID = re.compile(r"<((?:br|col|hr|img|wbr)\b[^<>]*?)/?>")
VOIDS = {"br", "hr", "img", "wbr"}
STYLE = re.compile(
    r"(font-style|font-variant|font-weight|text-align|text-decoration)\s*:\s*([A-Za-z0-9 -]+?)\s*(?:;|$)"
)
#: The attributes that stay, and what they may say.
ANYWHERE = {
    "dir": re.compile("ltr|rtl|auto"),
    "id": re.compile(r"[A-Za-z_][\w.-]*", re.ASCII),
    "lang": LANGUAGE,
    "style": re.compile(".+", re.DOTALL),
    "title": re.compile(".*", re.DOTALL),
}
_COUNT, _NUMBER = re.compile("[1-9][0-9]{0,2}"), re.compile("-?[0-9]{1,6}")
OF = {
    "a": {"href": re.compile(".+", re.DOTALL)},
    "img": {"alt": re.compile(".*", re.DOTALL), "src": re.compile(".+"), "height": _COUNT, "width": _COUNT},
    "li": {"value": _NUMBER},
    "ol": {"reversed": re.compile(".*"), "start": _NUMBER, "type": re.compile("[1aAiI]")},
    "td": {"colspan": _COUNT, "rowspan": _COUNT},
    "th": {"colspan": _COUNT, "rowspan": _COUNT, "scope": re.compile("(?:row|col)(?:group)?")},
}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z](?:[a-z0-9-]*[a-z0-9])?\.?")
MAIL = re.compile(r"mailto:[\w.+-]+@[\w.-]+", re.ASCII)


def fragments(texts: Iterable[str | None], *, picture: Place, page: Place, prefix: str = "") -> list[str]:
    """The HTML fragments of one page of the book as XHTML, each; empty where there is none."""
    return [written(root) for root in trees(texts, picture=picture, page=page, prefix=prefix)]


def trees(texts: Iterable[str | None], *, picture: Place, page: Place, prefix: str = "") -> list[Element]:
    """The same as trees, each in a `div`. `prefix` makes their ids other than those of other pages."""
    roots = [_parsed(text or "") for text in texts]
    taken: set[str] = set()
    for root in roots:
        for element in root.iter(etree.Element):
            if element.keys():
                _keep_attributes(element, taken)
        nesting.fit(root)
    ids: dict[str, str] = {}
    for element in (element for root in roots for element in root.iter(etree.Element) if "id" in element.attrib):
        ids[element.attrib["id"]] = f"{prefix}{element.attrib['id']}"
        element.set("id", f"{prefix}{element.attrib['id']}")
    for root in roots:
        for element in root.iter("a", "img"):
            _point(element, ids, picture, page)
    return roots


def words(text: str) -> str:
    """A plain text as XHTML, on one line."""
    return escape(" ".join(controls.without(text).split()), {'"': "&quot;"})


def _parsed(fragment: str) -> Element:
    """What the sanitiser writes is XML but for its void elements and its spaces; anything else goes through it once more."""
    try:
        return _xml(fragment)
    except etree.XMLSyntaxError:
        return _xml(sanitize.clean(fragment, ""))


def _xml(fragment: str) -> Element:
    text = VOID.sub(r"<\1/>", controls.without(fragment).replace("&nbsp;", "\xa0"))
    parser = etree.XMLParser(huge_tree=True, resolve_entities=False, remove_comments=True, remove_pis=True)
    return etree.fromstring(f"<div>{text}</div>", parser)


def _keep_attributes(element: Element, taken: set[str]) -> None:
    """Leave those that a book may have, with values that it may have."""
    given = dict(element.attrib)
    element.attrib.clear()
    allowed = ANYWHERE | OF.get(element.tag, {})
    kept = {name: value for name, value in given.items() if name in allowed and allowed[name].fullmatch(value)}
    if element.tag not in {"hr", "img", "table"} and given.get("align", "").lower() in {"center", "left", "right"}:
        kept["style"] = f"text-align: {given['align'].lower()}; {kept.get('style', '')}"
    if kept.get("id") in taken:
        del kept["id"]
    taken.update(kept.get("id", "").split())
    if "style" in kept:
        kept["style"] = "; ".join(f"{name}: {value}" for name, value in STYLE.findall(kept["style"]))
    if "lang" in kept:
        kept[XML_LANG] = kept["lang"]
    if "reversed" in kept:
        kept["reversed"] = "reversed"
    for name, value in kept.items():
        if value or name in {"alt", "title"}:
            element.set(name, value)


def _point(element: Element, ids: dict[str, str], picture: Place, page: Place) -> None:
    """Let a link lead to a place that there is, and show a picture that is in the book; of any other its words are left."""
    if element.tag == "a":
        href = element.attrib.pop("href", "")
        place = _own(href, ids) if href.startswith("#") else page(href) or _outside(href)
        if place:
            element.set("href", place)
        return
    source = picture(element.attrib.pop("src", ""))
    if source:
        element.set("src", source)
        element.set("alt", element.get("alt", ""))
        return
    element.text = element.get("alt", "")
    for name in {"alt", "height", "width"} & set(element.keys()):
        del element.attrib[name]
    element.tag = "span"


def _own(href: str, ids: dict[str, str]) -> str | None:
    return f"#{ids[href[1:]]}" if href[1:] in ids else None


def _outside(url: str) -> str | None:
    """The URL as all programs take it, or None where it is none (RFC 3986)."""
    if MAIL.fullmatch(url):
        return url
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not HOST.fullmatch(host):
        return None
    path, query, fragment = (
        quote(part, safe="/%:=&?~+!$,;'@()*") for part in (parts.path, parts.query, parts.fragment)
    )
    end = (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")
    return re.sub("%(?![0-9A-Fa-f]{2})", "%25", f"{parts.scheme}://{host}{f':{port}' if port else ''}{path}{end}")


def written(root: Element) -> str:
    """What is inside of a `div`."""
    for element in root.iter(etree.Element):
        if element.tag not in VOIDS and element.text is None and not len(element):
            element.text = ""  # <p></p>: what e-readers that take a book for HTML read as <p/> is a beginning
    whole = str(etree.tostring(root, encoding="unicode"))
    return whole.removeprefix("<div>").removesuffix("</div>").strip()
