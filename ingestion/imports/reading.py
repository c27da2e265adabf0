"""An EPUB as a value: what its package says of it, and its pages in reading order. The container and the package are EPUB 2's and 3's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from lxml.etree import _Element as Element
from lxml.html import HtmlElement

from ingestion.errors import Locked, ParseError
from ingestion.imports import contents, markup
from ingestion.imports.archive import Archive
from ingestion.imports.contents import Named

CONTAINER, ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
PAGES = {"application/xhtml+xml", "text/html"}
#: What fonts are scrambled by: no lock, since everybody knows the key.
SCRAMBLED_FONTS = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page, by the id of its entry in the package and its file. `named` is what the contents call it."""

    item: str
    file: str
    named: Named | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Metadata:
    """What the package says of the book. `identifiers` and `sources` are ids (or schemes) and texts.

    `told` is what it says of single entries, by id and property; of the book itself under no id.
    """

    title: str
    authors: tuple[str, ...]
    description: str
    language: str
    tags: tuple[str, ...]
    identifiers: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, str], ...]
    told: Mapping[tuple[str, str], tuple[str, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Epub:
    """The whole of it. `items` are the ids of all entries by file; the one of `cover` is the cover's picture."""

    archive: Archive
    metadata: Metadata
    pages: tuple[Page, ...]
    items: Mapping[str, str]
    cover: str | None

    def page(self, page: Page) -> HtmlElement:
        """The page's root. Raises ParseError, Locked, TooLarge."""
        return markup.page(self.archive.read(page.file), page.file)


def opened(file: IO[bytes]) -> Epub:
    """The EPUB. Raises ParseError when it is none, Locked when it is locked, TooLarge."""
    archive = Archive(file)
    _refuse_locked(archive)
    container = markup.xml(archive.read(CONTAINER), CONTAINER)
    path = next((root.get("full-path") or "" for root in container.iter("{*}rootfile")), "")
    package = markup.xml(archive.read(path), path)
    files = {item.get("id") or "": item for item in package.iterfind("{*}manifest/{*}item") if item.get("href")}
    hrefs = {item: contents.resolve(entry.get("href") or "", path) for item, entry in files.items()}
    named = _contents(archive, files, hrefs)
    spine = [ref.get("idref") or "" for ref in package.iterfind("{*}spine/{*}itemref")]
    pages = [item for item in dict.fromkeys(spine) if item in files and files[item].get("media-type") in PAGES]
    return Epub(
        archive=archive,
        pages=tuple(Page(item=item, file=hrefs[item], named=named.get(hrefs[item])) for item in pages),
        items={href: item for item, href in hrefs.items()},
        cover=next((item for item, entry in files.items() if "cover-image" in _properties(entry)), None),
        metadata=_metadata(package),
    )


def _metadata(package: Element) -> Metadata:
    metadata = package.find("{*}metadata")
    if metadata is None:
        raise ParseError("the package of this EPUB has no metadata")
    dc: dict[str, list[tuple[str, str]]] = defaultdict(list)
    told: dict[tuple[str, str], list[str]] = defaultdict(list)
    for element in metadata.iter("{*}*"):
        name, text = element.tag.rpartition("}")[2], (element.text or "").strip()
        if name == "meta":
            refined = (element.get("refines") or "").removeprefix("#"), element.get("property") or ""
            told[refined].append(text)
        elif text:
            scheme = element.get("{http://www.idpf.org/2007/opf}scheme")
            dc[name].append((element.get("id") or scheme or "", text))
    texts = {name: tuple(text for _, text in values) for name, values in dc.items()}
    return Metadata(
        title=next(iter(texts.get("title", ())), ""),
        authors=texts.get("creator", ()),
        description=next(iter(texts.get("description", ())), ""),
        language=next(iter(texts.get("language", ())), ""),
        tags=texts.get("subject", ()),
        identifiers=tuple(dc["identifier"]),
        sources=tuple(dc["source"]),
        told={refined: tuple(values) for refined, values in told.items()},
    )


def _contents(archive: Archive, files: Mapping[str, Element], hrefs: Mapping[str, str]) -> dict[str, Named]:
    """The contents by file; an EPUB without any is readable all the same."""
    pages = [item for item, entry in files.items() if "nav" in _properties(entry)]
    if pages and (file := hrefs[pages[0]]) in archive:
        return contents.of_page(markup.page(archive.read(file), file), file)
    ncx = [item for item, entry in files.items() if entry.get("media-type") == "application/x-dtbncx+xml"]
    if ncx and (file := hrefs[ncx[0]]) in archive:
        return contents.of_ncx(markup.xml(archive.read(file), file), file)
    return {}


def _properties(entry: Element) -> list[str]:
    return (entry.get("properties") or "").split()


def _refuse_locked(archive: Archive) -> None:
    if ENCRYPTION in archive and any(kind not in SCRAMBLED_FONTS for kind in _ciphers(archive)):
        raise Locked("this EPUB is locked (DRM): its texts can be read only by the program that it was sold for")


def _ciphers(archive: Archive) -> Iterator[str]:
    for method in markup.xml(archive.read(ENCRYPTION), ENCRYPTION).iter("{*}EncryptionMethod"):
        yield method.get("Algorithm") or ""
