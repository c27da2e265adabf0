"""Covers and pictures: which of them a novel shows. `kinds` says what may be kept, `store` where, and `table` what became of each.

A chapter's text keeps the address that the site gave, so that an edit is told from a picture that was fetched again; a reader gets
our own in its place (`sanitize.illustrated`).
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import html

from ingestion.items import ParsedNovel

#: A longer address is kept by no index of PostgreSQL's.
LONGEST_URL_BYTES = 2000


def shown_by(parsed: ParsedNovel) -> list[str]:
    """The URLs of the novel's pictures, each once: the cover, then those in the chapters in reading order."""
    found = [parsed.novel.cover_url] if parsed.novel.cover_url else []
    for place in parsed.chapters:
        if (chapter := place.chapter) is not None:
            found += sources(chapter.notes_before, chapter.content, chapter.notes_after)
    return [url for url in dict.fromkeys(found) if _can_be_fetched(url)]


def sources(*fragments: str | None) -> list[str]:
    """The `src` of each picture in these HTML fragments, each once, in reading order."""
    return list(dict.fromkeys(url for fragment in fragments for url in _sources(fragment or "")))


def _sources(fragment: str) -> Iterator[str]:
    if "<img" in fragment:
        root = html.fragment_fromstring(fragment, create_parent="div", parser=html.HTMLParser(huge_tree=True))
        yield from (image.attrib["src"] for image in root.iter("img") if "src" in image.attrib)


def _can_be_fetched(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and len(url.encode()) <= LONGEST_URL_BYTES
