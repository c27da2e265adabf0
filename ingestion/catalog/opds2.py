"""Writes the catalogue as OPDS 2.0: JSON, after the model of the Readium Web Publication Manifest."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from ingestion.catalog import naming
from ingestion.catalog.shelf import ACQUISITION, START, Door, Entry, Facet, Shelf
from ingestion.export.formats import Format
from ingestion.pictures import kinds

PATH = "/opds/v2"
MEDIA_TYPE = "application/opds+json"
BOOK = "http://schema.org/Book"


def media_type(_: Shelf) -> str:
    """The page's media type."""
    return MEDIA_TYPE


def page(shelf: Shelf, base: str) -> bytes:
    """The page, for an API whose address is `base`. One without anything on it leads back: the schema has none that is empty."""
    href = naming.root(base) + PATH
    back = Door(title="Nothing is here; go to the beginning", about="", place=START)
    doors = shelf.doors or (() if shelf.entries else (back,))
    told = {
        "metadata": {"title": shelf.title, "modified": naming.moment(shelf.updated)},
        "links": _links(shelf, base, href),
        "navigation": [_door(door, href) for door in doors],
        "publications": [_publication(entry, base) for entry in shelf.entries],
        "facets": _facets(shelf.facets, href),
    }
    return json.dumps({name: value for name, value in told.items() if value}, ensure_ascii=False).encode()


def _link(href: str, place: str, **more: Any) -> dict[str, Any]:
    return {"href": f"{href}{place}", "type": MEDIA_TYPE, **more}


def _door(door: Door, href: str) -> dict[str, Any]:
    return _link(href, str(door.place), rel=door.rel, title=door.title, **_count(door))


def _links(shelf: Shelf, base: str, href: str) -> list[dict[str, Any]]:
    up = None if shelf.place == START else shelf.up
    places = {"start": START, "up": up, "first": shelf.first, "previous": shelf.previous, "next": shelf.next}
    found = [_link(href, str(place), rel=rel) for rel, place in places.items() if place is not None]
    # The one address that has to be whole (Readium Web Publication Manifest, 2.2), and that nobody follows.
    own = _link(base.rstrip("/") + PATH, str(shelf.place), rel="self")
    return [own, *found, _link(href, "/search{?query}", rel="search", templated=True)]


def _facets(facets: Iterable[Facet], href: str) -> list[dict[str, Any]]:
    return [
        {"metadata": {"title": group}, "links": [_facet(facet, href) for facet in some]}
        for group, some in groupby(facets, key=lambda facet: facet.group)
    ]


def _facet(facet: Facet, href: str) -> dict[str, Any]:
    active = {"rel": "self"} if facet.is_active else {}
    return _link(href, str(facet.place), title=facet.title, **active, **_count(facet))


def _count(there: Door | Facet) -> dict[str, Any]:
    return {} if there.count is None else {"properties": {"numberOfItems": there.count}}


def _publication(entry: Entry, base: str) -> dict[str, Any]:
    acquisition = {"rel": ACQUISITION, "href": naming.book(base, entry.novel.id), "type": Format.EPUB.media_type}
    told: dict[str, Any] = {"metadata": _metadata(entry), "links": [acquisition]}
    if entry.cover is not None:
        href = naming.root(base) + kinds.path(entry.cover)
        told["images"] = [{"href": href, "type": kinds.media_type(entry.cover)}]
    return told


def _metadata(entry: Entry) -> dict[str, Any]:
    novel = entry.novel
    told = {
        "@type": BOOK,
        "identifier": naming.of(novel),
        "title": novel.title,
        "author": [{"name": name} for name in novel.authors],
        "language": entry.language,
        "modified": naming.moment(entry.changed_at),
        "description": entry.about,
        "subject": list(novel.tags),
    }
    return {name: value for name, value in told.items() if value}
