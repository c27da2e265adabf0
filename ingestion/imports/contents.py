"""An EPUB's table of contents: what each page is called, and the volume that it is in. EPUB 3 has a page for it, EPUB 2 an NCX."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urldefrag

from lxml.etree import _Element as Element

from ingestion import naming
from ingestion.imports.markup import EPUB_TYPE, words


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """What the contents call a page, and below which titles."""

    title: str
    volume: str | None


def of_page(root: Element, file: str) -> dict[str, Named]:
    """By file, from the page `file` of an EPUB 3."""
    navs = list(root.iter("nav"))
    toc = next((nav for nav in navs if "toc" in (nav.get(EPUB_TYPE) or nav.get("epub:type") or "").split()), None)
    lists = [] if toc is None else toc.findall("./ol")
    return dict(_named(lists, file, above="", points="./li", label="./a", below="./ol"))


def of_ncx(root: Element, file: str) -> dict[str, Named]:
    """By file, from the NCX `file` of an EPUB 2."""
    return dict(
        _named(root.findall("{*}navMap"), file, above="", points="./{*}navPoint", label="./{*}content", below=".")
    )


def resolve(href: str, file: str) -> str:
    """The file that `href` in `file` names."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), unquote(urldefrag(href).url)))


def _named(
    lists: list[Element], file: str, *, above: str, points: str, label: str, below: str
) -> Iterator[tuple[str, Named]]:
    """The entries, each before those below it: where both name the same file, the one below is what it is called."""
    for point in (point for some in lists for point in some.iterfind(points)):
        link, said = point.find(label), point.find("./{*}navLabel")
        title = naming.name(words(said if said is not None else point.find("./*")))
        href = "" if link is None else link.get("href") or link.get("src") or ""
        if href:
            yield resolve(href, file), Named(title=title, volume=above or None)
        inner = point.findall(below)
        volume = naming.name(", ".join(filter(None, [above, title])))  # of a length that a million entries may have
        yield from _named(inner, file, above=volume, points=points, label=label, below=below)
