"""XML, written by lxml, of texts that others wrote: what no XML may hold is left out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker

from ingestion import controls
from ingestion.catalog.naming import moment

ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/terms/"
OPDS = "http://opds-spec.org/2010/catalog"
THREAD = "http://purl.org/syndication/thread/1.0"
SEARCH = "http://a9.com/-/spec/opensearch/1.1/"


class Maker:
    """Makes elements of one vocabulary; a child or an attribute that is None is left out."""

    def __init__(self, namespace: str, others: dict[str | None, str] | None = None) -> None:
        self._make = ElementMaker(namespace=namespace, nsmap={None: namespace} | (others or {}))

    def __call__(self, tag: str, *children: Any, **attributes: str | None) -> Any:
        """One element."""
        given = {name: clean(value) for name, value in attributes.items() if value is not None}
        inside = [clean(child) if isinstance(child, str) else child for child in children if child is not None]
        return self._make(tag, *inside, given)

    def link(self, rel: str, href: str, type: str, **attributes: str | None) -> Any:
        """An Atom link. All have a type: KOReader gives up a page for one that has none."""
        return self("link", rel=rel, href=href, type=type, **attributes)

    def head(self, id: str, title: str, updated: datetime) -> list[Any]:
        """What each feed and entry of Atom begins with (RFC 4287, 4.1)."""
        return [self("id", id), self("title", title), self("updated", moment(updated))]

    def authors(self, *names: str) -> list[Any]:
        """Those that are left when they are clean."""
        return [self("author", self("name", name)) for name in names if clean(name).strip()]


def clean(text: str) -> str:
    """The text, as XML may hold it."""
    return controls.without(text)


def written(root: Any) -> bytes:
    """The document."""
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return made
