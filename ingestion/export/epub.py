"""Writes a book as EPUB 3.3: one zip, made in a single pass, in which only the chapter at hand and a picture are ever in memory."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from datetime import UTC
from typing import IO

from ingestion.export import pages, xhtml
from ingestion.export.book import Book, Leaf, Text
from ingestion.export.formats import Format
from ingestion.export.raster import Pictures, is_whole

#: More would cost most of the time and save little.
COMPRESSION = 4


def write(file: IO[bytes], book: Book, texts: Iterable[tuple[Leaf, Text]], pictures: Pictures) -> None:
    """Write the book, whose readable chapters are `texts`, into the file."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION) as made:
        _Writer(made, book, pictures).write(texts)


class _Writer:
    """Puts one book together. `_images` are the pictures that are in it by now: their files, and their names in the store."""

    def __init__(self, made: zipfile.ZipFile, book: Book, pictures: Pictures) -> None:
        self._made = made
        self._book = book
        self._pictures = pictures
        self._names = dict(book.pictures)
        self._images: dict[str, str] = {}
        self._left_out: set[str] = set()

    def write(self, texts: Iterable[tuple[Leaf, Text]]) -> None:
        """Everything, the package last, since it lists what there is."""
        self._add("mimetype", Format.EPUB.media_type, packed=False)
        self._add("META-INF/container.xml", pages.CONTAINER)
        self._add("EPUB/style.css", pages.STYLE)
        if self._book.cover and (cover := self._image(self._book.cover)):
            self._add("EPUB/cover.xhtml", pages.cover(self._book, cover))
        self._add("EPUB/title.xhtml", pages.title(self._book))
        self._add("EPUB/nav.xhtml", pages.contents(self._book))
        for leaf, text in texts:
            content, before, after = xhtml.fragments(
                (text.content, text.notes_before, text.notes_after), picture=self._picture, page=self._page
            )
            self._add(f"EPUB/{leaf.file}", pages.chapter(self._book, leaf, content, before, after))
        self._add("EPUB/package.opf", pages.package(self._book, self._images))

    def _page(self, url: str) -> str | None:
        leaf = self._book.at(url)
        return leaf.file if leaf else None

    def _picture(self, url: str) -> str | None:
        name = self._names.get(url)
        return self._image(name) if name else None

    def _image(self, name: str) -> str | None:
        """The file of the picture of this name, put into the book when it is first asked for."""
        file = f"p{name}"
        if file in self._images:
            return file
        content = None if name in self._left_out else self._pictures(name)
        if content is None or not is_whole(content, name):
            self._left_out.add(name)
            return None
        self._add(f"EPUB/{file}", content, packed=False)
        self._images[file] = name
        return file

    def _add(self, name: str, content: str | bytes, *, packed: bool = True) -> None:
        """Put a file in, dated by the book's last change: the same book is the same file, whenever it is made."""
        entry = zipfile.ZipInfo(name, self._book.changed_at.astimezone(UTC).timetuple()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        entry.external_attr = 0o644 << 16
        self._made.writestr(entry, content, compresslevel=COMPRESSION)
