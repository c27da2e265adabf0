"""XML and XHTML out of a file that anybody may have made: no entity is expanded, nothing is fetched, and what is no XML is read as HTML."""

from __future__ import annotations

from xml.sax.saxutils import escape

from lxml import etree, html
from lxml.html import HtmlElement

from ingestion import config, sanitize
from ingestion.errors import ParseError, TooLarge

_ENTITY = b"<!ENTITY"
#: libxml2's own limits on depth and size hold: `huge_tree` is not set.
_SAFE = {"resolve_entities": False, "no_network": True, "load_dtd": False, "remove_comments": True, "remove_pis": True}
XHTML = "{http://www.w3.org/1999/xhtml}"
EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"


def xml(content: bytes, name: str) -> etree._Element:
    """The root of a file of the package; of a broken one what can be read. Raises ParseError."""
    if _ENTITY in content:
        raise ParseError(f"{name} in this EPUB declares entities, which no EPUB needs")
    try:
        root = etree.fromstring(content, etree.XMLParser(recover=True, **_SAFE))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(f"{name} in this EPUB is no XML: {error}") from error
    if root is None:
        raise ParseError(f"{name} in this EPUB is no XML")
    return root


def page(content: bytes, name: str) -> HtmlElement:
    """The root of a page, its elements named as in HTML. Raises ParseError, and TooLarge as a page of a site would be."""
    ours = config.settings()
    if content.count(b"<") > ours.max_page_tags:
        raise TooLarge(f"{name} in this EPUB has more than {ours.max_page_tags} tags (MAX_PAGE_TAGS)")
    root = _as_xhtml(content)
    if root is None:
        root = _as_html(content, name)
    if sanitize.depth(root) > ours.max_page_depth:
        raise TooLarge(f"{name} in this EPUB has elements nested more than {ours.max_page_depth} deep (MAX_PAGE_DEPTH)")
    return root


def words(element: etree._Element | None) -> str:
    """The element's text on one line."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def inside(element: HtmlElement) -> str:
    """The HTML inside of an element."""
    return escape(element.text or "") + "".join(html.tostring(child, encoding="unicode") for child in element)


def _as_xhtml(content: bytes) -> HtmlElement | None:
    """The page where it is well-formed and needs no entities: only so `<a id="x"/>` and `<title/>` end where they should."""
    if _ENTITY in content:
        return None
    lookup = etree.XMLParser(**_SAFE)
    lookup.set_element_class_lookup(html.HtmlElementClassLookup())
    try:
        root = etree.fromstring(content, lookup)
    except (etree.XMLSyntaxError, ValueError):
        return None
    for element in root.iter(f"{XHTML}*"):
        element.tag = element.tag.removeprefix(XHTML)
    etree.cleanup_namespaces(root)
    return root if isinstance(root, HtmlElement) and root.tag == "html" else None


def _as_html(content: bytes, name: str) -> HtmlElement:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = None
    parser = html.HTMLParser(huge_tree=True, remove_comments=True, encoding=None if text is None else "utf-8")
    try:
        root = html.document_fromstring(content if text is None else text.encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(f"{name} in this EPUB is no page: {error}") from error
    if not isinstance(root, HtmlElement):
        raise ParseError(f"{name} in this EPUB is no page")
    return root
