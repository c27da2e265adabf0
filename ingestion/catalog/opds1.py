"""Writes the catalogue as OPDS 1.2: Atom, which every e-reader with a catalogue knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.catalog import markup, naming
from ingestion.catalog.markup import DC, OPDS, SEARCH, THREAD, Maker, written
from ingestion.catalog.shelf import ACQUISITION, START, Door, Entry, Facet, Kind, Shelf
from ingestion.export.formats import Format
from ingestion.pictures import kinds

PATH = "/opds"
MEDIA_TYPE = "application/atom+xml;profile=opds-catalog;kind="
SEARCH_TYPE = "application/opensearchdescription+xml"
FACET = "http://opds-spec.org/facet"
IMAGES = ("http://opds-spec.org/image", "http://opds-spec.org/image/thumbnail")

_atom = Maker(markup.ATOM, {"dc": DC, "opds": OPDS, "thr": THREAD})
_dc = Maker(DC)


def media_type(shelf: Shelf) -> str:
    """The page's media type."""
    return MEDIA_TYPE + shelf.kind


def page(shelf: Shelf, base: str) -> bytes:
    """The page, for an API whose address is `base`."""
    href = naming.root(base) + PATH
    head = _atom.head(naming.urn(base, PATH, str(shelf.place)), shelf.title, shelf.updated)
    facets = [_facet(facet, href) for facet in shelf.facets]
    entries = [_door(door, shelf, base) for door in shelf.doors] + [_novel(entry, base) for entry in shelf.entries]
    return written(_atom("feed", *head, *_atom.authors(naming.NAME), *_links(shelf, href), *facets, *entries))


def search(base: str) -> bytes:
    """How novels are searched for, as an OpenSearch description."""
    make = Maker(SEARCH)
    template = f"{naming.root(base)}{PATH}/search?q={{searchTerms}}"
    return written(
        make(
            "OpenSearchDescription",
            make("ShortName", naming.NAME),
            make("Description", "Novels by words of their titles and authors"),
            make("InputEncoding", "UTF-8"),
            make("OutputEncoding", "UTF-8"),
            make("Url", type=MEDIA_TYPE + Kind.ACQUISITION, template=template),
        )
    )


def _links(shelf: Shelf, href: str) -> Iterator[Any]:
    own = media_type(shelf)
    yield _atom.link("self", f"{href}{shelf.place}", own)
    yield _atom.link("start", href, MEDIA_TYPE + Kind.NAVIGATION, title=naming.NAME)
    yield _atom.link("search", f"{href}/search.xml", SEARCH_TYPE, title="Search")
    if shelf.place != START:
        yield _atom.link("up", f"{href}{shelf.up}", MEDIA_TYPE + Kind.NAVIGATION)
    for rel, place in (("first", shelf.first), ("previous", shelf.previous), ("next", shelf.next)):
        if place is not None:
            yield _atom.link(rel, f"{href}{place}", own)


def _facet(facet: Facet, href: str) -> Any:
    more = {
        f"{{{OPDS}}}facetGroup": facet.group,
        f"{{{OPDS}}}activeFacet": "true" if facet.is_active else None,
        f"{{{THREAD}}}count": None if facet.count is None else str(facet.count),
    }
    return _atom.link(FACET, f"{href}{facet.place}", MEDIA_TYPE + Kind.ACQUISITION, title=facet.title, **more)


def _door(door: Door, shelf: Shelf, base: str) -> Any:
    return _atom(
        "entry",
        *_atom.head(naming.urn(base, PATH, str(shelf.place), str(door.place)), door.title, shelf.updated),
        _atom("content", door.about, type="text"),
        _atom.link(door.rel, f"{naming.root(base)}{PATH}{door.place}", MEDIA_TYPE + door.kind),
    )


def _novel(entry: Entry, base: str) -> Any:
    novel = entry.novel
    return _atom(
        "entry",
        *_atom.head(naming.of(novel), novel.title, entry.changed_at),
        _atom("published", naming.moment(novel.created_at)),
        *_atom.authors(*novel.authors),
        _dc("language", entry.language) if entry.language else None,
        *(_atom("category", term=tag, label=tag) for tag in novel.tags),
        _atom("summary", entry.about, type="text") if entry.about else None,
        *_images(entry, base),
        _atom.link(ACQUISITION, naming.book(base, novel.id), Format.EPUB.media_type, title="EPUB"),
    )


def _images(entry: Entry, base: str) -> Iterator[Any]:
    if entry.cover is not None:
        href = naming.root(base) + kinds.path(entry.cover)
        yield from (_atom.link(rel, href, kinds.media_type(entry.cover)) for rel in IMAGES)
