"""Writes a book as one HTML file that any browser reads, now and in twenty years: it asks nobody for anything, and nothing in it runs."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import IO

from lxml.etree import _Element as Element

from ingestion.export import pages, xhtml
from ingestion.export.book import Book, Leaf, Text
from ingestion.export.nesting import HEADINGS
from ingestion.export.raster import Pictures, is_whole
from ingestion.export.xhtml import words
from ingestion.pictures import kinds

#: Bytes that one picture may have, and all of them together; of any other its words are left. A browser holds a page as a whole.
LARGEST_PICTURE, ALL_PICTURES = 1_000_000, 20_000_000
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = f"""\
:root {{ color-scheme: light dark; }}
{pages.STYLE}\
body {{ max-width: 40em; margin: 1em auto; padding: 0 1em; font-family: serif; overflow-wrap: break-word; }}
.volume {{ margin-top: 4em; text-align: center; }}
.chapter {{ margin-top: 4em; }}
.note {{ border-radius: 0.3em; opacity: 0.85; }}
@media print {{ body {{ max-width: none; }} nav {{ display: none; }} .chapter, .volume {{ break-before: page; }} .volume + .chapter {{ break-before: auto; }} }}
"""


def write(file: IO[bytes], book: Book, texts: Iterable[tuple[Leaf, Text]], pictures: Pictures) -> None:
    """Write the book, whose readable chapters are `texts`, into the file."""
    for part in _Page(book, pictures).parts(texts):
        file.write(part.encode())


class _Page:
    """Puts one page together. `_left` is how many bytes of pictures it still takes."""

    def __init__(self, book: Book, pictures: Pictures) -> None:
        self._book = book
        self._pictures = pictures
        self._names = dict(book.pictures)
        self._left = ALL_PICTURES

    def parts(self, texts: Iterable[tuple[Leaf, Text]]) -> Iterator[str]:
        """All of it, a chapter at a time."""
        book = self._book
        yield _head(book)
        if book.cover and (cover := self._image(book.cover)):
            yield f'<p class="cover"><img src="{cover}" alt="{words(book.name)}"></p>\n'
        yield f"<header>\n{pages.about(book)}</header>\n"
        yield f'<nav id="toc">\n<ol>\n{pages.entries(book, lambda leaf: f"#{leaf.anchor}")}</ol>\n</nav>\n<main>\n'
        for leaf, text in texts:
            if leaf.id in book.opened:
                yield f'<h2 class="volume">{words(book.opened[leaf.id])}</h2>\n'
            yield self._chapter(leaf, text)
        yield "</main>\n</body>\n</html>\n"

    def _chapter(self, leaf: Leaf, text: Text) -> str:
        parts = (text.notes_before, text.content, text.notes_after)
        roots = xhtml.trees(parts, picture=self._picture, page=self._page, prefix=f"{leaf.anchor}-")
        _level(element for root in roots for element in root.iter(*sorted(HEADINGS)))
        before, content, after = map(xhtml.written, roots)
        notes = [f'<aside class="note">{note}</aside>\n' if note else "" for note in (before, after)]
        title = f"<h2>{words(leaf.heading)}</h2>"
        return f'<section class="chapter" id="{leaf.anchor}">\n{title}\n{notes[0]}{content}\n{notes[1]}</section>\n'

    def _page(self, url: str) -> str | None:
        leaf = self._book.at(url)
        return f"#{leaf.anchor}" if leaf else None

    def _picture(self, url: str) -> str | None:
        name = self._names.get(url)
        return self._image(name) if name else None

    def _image(self, name: str) -> str | None:
        """The picture of this name as a URL that holds it."""
        content = self._pictures(name) if self._left > 0 else None
        if content is None or len(content) > min(self._left, LARGEST_PICTURE) or not is_whole(content, name):
            return None
        self._left -= len(content)
        return f"data:{kinds.media_type(name)};base64,{base64.b64encode(content).decode()}"


def _level(headings: Iterable[Element]) -> None:
    """Let none be as high as the chapter's title, and none be more than one level below the one before it (HTML, headings and outlines)."""
    level = 2
    for heading in headings:
        level = min(int(heading.tag[1]) + 1, level + 1, 6)
        heading.tag = f"h{level}"


def _head(book: Book) -> str:
    facts = "".join(f'<meta name="{name}" content="{words(value)}">\n' for name, value in _facts(book) if words(value))
    return (
        f'<!DOCTYPE html>\n<html lang="{book.tongue}" dir="{book.direction}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{words(book.name) or 'Untitled'}</title>\n{facts}<style>\n{STYLE}</style>\n</head>\n<body>\n"
    )


def _facts(book: Book) -> Iterator[tuple[str, str]]:
    yield from (("author", author) for author in book.authors)
    yield "description", book.description or ""
    yield "keywords", ", ".join(book.tags)
    yield "dcterms.source", book.url
    yield "dcterms.identifier", book.identifier
    yield "dcterms.modified", book.changed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
