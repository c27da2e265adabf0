"""Makes the file of a book: what it consists of is read a few chapters at a time, and written. A file that is there already stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, TypeAlias

from ingestion import db
from ingestion.errors import NotFound, Unreachable
from ingestion.export import commonmark, epub, jsonfile, onepage, plaintext, store, table
from ingestion.export.book import Book, Leaf, Text
from ingestion.export.formats import Format
from ingestion.export.raster import Pictures
from ingestion.export.wish import Wish
from ingestion.pictures import store as picture_store

#: Writes a book, whose readable chapters are given in reading order, into a file.
Writer: TypeAlias = Callable[[IO[bytes], Book, Iterable[tuple[Leaf, Text]], Pictures], None]
WRITERS: dict[Format, Writer] = {
    Format.EPUB: epub.write,
    Format.TEXT: plaintext.write,
    Format.MARKDOWN: commonmark.write,
    Format.HTML: onepage.write,
    Format.JSON: jsonfile.write,
}
#: So many chapters are in memory at once.
BATCH = 50


def planned(wish: Wish) -> Book:
    """The book as it is now. Raises NotFound."""
    with db.transaction() as session:
        book = table.book(session, wish)
    if book is None:
        raise NotFound(f"there is no novel {wish.novel_id}, or it has no chapter in that part")
    if not book.readable:
        raise NotFound(f"none of these {len(book.leaves)} chapters of novel {wish.novel_id} has a text yet")
    return book


def make(wish: Wish, checkpoint: Callable[[], None]) -> Path:
    """The book's file in the store, made where it is not there. Raises NotFound, Unreachable for the pictures, and OSError."""
    path = store.place(planned(wish))
    return path if path.exists() else store.place(write(wish, store.place, checkpoint))


def write(wish: Wish, place: Callable[[Book], Path], checkpoint: Callable[[], None] = lambda: None) -> Book:
    """Write the book to where `place` says; the book that it was in the end. Raises as `make` does."""
    book, written = planned(wish), None
    while book != written:  # a job may save the novel meanwhile: then the file is half of before, half of now
        written = book
        with store.written(place(book)) as file:
            WRITERS[wish.format](file, book, _texts(book, checkpoint), _picture)
        book = planned(wish)
    return book


def _texts(book: Book, checkpoint: Callable[[], None]) -> Iterator[tuple[Leaf, Text]]:
    """The readable chapters, with what they say now."""
    for begin in range(0, len(book.readable), BATCH):
        checkpoint()
        some = book.readable[begin : begin + BATCH]
        with db.transaction() as session:
            found = table.texts(session, [leaf.id for leaf in some])
        yield from ((leaf, found[leaf.id]) for leaf in some if leaf.id in found)


def _picture(name: str) -> bytes | None:
    try:
        return b"".join(picture_store.opened().get(name))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unreachable(f"the picture store does not answer: {error}") from error
