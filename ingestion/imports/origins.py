"""Where an EPUB says that it is from: the novel's URL, and of each chapter's page its URL and the site's key, as far as they are told.

What programs write, as of the versions of 2026:

- Quire (`ingestion.export.origins`): `dc:source`, the one of id `index` being the index; `quire:SITE:KEY` in `dc:identifier`; and in
  `<meta refines="#ITEM">` a chapter's `dcterms:source` and `dcterms:identifier`.
- FanFicFare: `dc:source`, and `dc:identifier` of the scheme `URL` (in EPUB 3 the text begins with `URL:`). Each chapter's page has
  `<meta name="chapterurl">` and its site's title in `chapterorigtitle`; an old one a link of the class `chapterurl`. A picture's URL
  is its `longdesc`. Of the log page and the title page there is no such URL.
- WebToEpub: `dc:identifier` of the scheme `URI` (in EPUB 3 `uri:…`), the page it was begun at; for each entry, pictures too, a
  `<dc:source id="id.ITEM">`. A page `0000_Information` is no chapter.
- lightnovel-crawler: nothing in the package. `intro.xhtml` says `Source:` before a link; chapters are `chapter_N.xhtml`, without a URL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from lxml.html import HtmlElement

from ingestion import urls
from ingestion.errors import ParseError
from ingestion.export.origins import IDENTITY, INDEX, KEY, SOURCE, STATUS
from ingestion.imports.markup import words
from ingestion.imports.reading import Epub, Page
from ingestion.items import Publication

_SCHEME = re.compile(r"(?i)(?:ur[il]:\s*)?(https?://\S+)")
_INFORMATION = re.compile(r"(?:^|/)0000_Information\.x?html$")
_NUMBERED = re.compile(r"(?:^|/)chapter_\d+\.xhtml$")
#: So many of the first pages may be the one that names the source.
FIRST_PAGES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A chapter: its page, and what is told of it. `title` is its site's own, where the contents may have another."""

    page: Page
    url: str | None
    key: str | None = None
    title: str | None = None


def novel(epub: Epub) -> str:
    """The URL that leads to the novel: the index's, where there are several. Raises ParseError when there is none."""
    for found in chain(_in_package(epub), _on_pages(epub)):
        if url := _SCHEME.fullmatch(found.strip()):
            return url[1]
    raise ParseError(f"“{epub.metadata.title}” does not say from which URL it is; ingest that by itself")


def identity(epub: Epub) -> tuple[str, str] | None:
    """The site and the novel's key there, as our own books tell them."""
    for _, told in epub.metadata.identifiers:
        site, colon, key = told.removeprefix(IDENTITY).partition(":")
        if told.startswith(IDENTITY) and colon and key:
            return site, key
    return None


def title(epub: Epub) -> str:
    """The novel's title: a part of one that is our own book has it as its series."""
    series = epub.metadata.told.get(("", "belongs-to-collection"), ()) if identity(epub) else ()
    return next(iter(series), epub.metadata.title)


def status(epub: Epub) -> Publication | None:
    """Where the author stands with the novel, as our own books tell it."""
    told = epub.metadata.told.get(("", STATUS), ())
    return next((status for status in Publication if status.value in told), None)


def chapter(epub: Epub, page: Page, root: HtmlElement) -> Told | None:
    """What is told of the page at `root`; None when it is no chapter's."""
    if _INFORMATION.search(page.file):
        return None
    said = {meta.get("name"): meta.get("content") for meta in root.iter("meta")}
    link = next((a.get("href") for a in root.iter("a") if "chapterurl" in (a.get("class") or "").split()), None)
    told = (source(epub, page.item), said.get("chapterurl"), link)
    url = next((url for url in map(urls.web, filter(None, told)) if url), None)
    key = next(iter(epub.metadata.told.get((page.item, KEY), ())), None)
    if url is None and key is None and (any(told) or not _NUMBERED.search(page.file)):
        return None
    return Told(page=page, url=url, key=key, title=said.get("chapterorigtitle"))


def source(epub: Epub, item: str) -> str | None:
    """The URL that the package tells of an entry, a page or a picture."""
    refined = epub.metadata.told.get((item, SOURCE), ())
    return next(iter((*refined, *(text for id, text in epub.metadata.sources if id == f"id.{item}"))), None)


def _in_package(epub: Epub) -> Iterator[str]:
    entries = {f"id.{item}" for item in epub.items.values()}
    own = [(id, text) for id, text in epub.metadata.sources if id not in entries]
    yield from (text for id, text in own if id == INDEX)
    yield from (text for _, text in own)
    yield from (text for _, text in epub.metadata.identifiers)


def _on_pages(epub: Epub) -> Iterator[str]:
    """The links that stand behind the word `Source:`."""
    for page in epub.pages[:FIRST_PAGES]:
        for link in epub.page(page).iter("a"):
            before = link.getprevious()
            if words(before) == "Source:" or (link.getparent().text or "").strip().endswith("Source:"):
                yield link.get("href") or ""
