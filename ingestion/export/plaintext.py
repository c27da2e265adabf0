"""Writes a book as plain text, for any program and any eye: a paragraph is one line, however long, and titles are underlined."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import IO

from lxml.etree import _Element as Element

from ingestion.export import prose
from ingestion.export.book import Book, Leaf, Text
from ingestion.export.prose import Block, Hand
from ingestion.export.raster import Pictures

#: What a title is underlined with: the book's, a volume's, a chapter's, and any within a chapter.
UNDERLINES = "#=-~"
#: A cell of a table that is wider makes its own row longer, and no other.
WIDEST = 40
INDENT = " " * 4


def write(file: IO[bytes], book: Book, texts: Iterable[tuple[Leaf, Text]], _: Pictures) -> None:
    """Write the book, whose readable chapters are `texts`, into the file. Of a picture its words are left."""
    prose.write(file, book, texts, _Plain())


class _Plain(Hand):
    def literal(self, text: str) -> str:
        return text

    def span(self, element: Element, said: str) -> str:
        letters = said.strip()
        match element.tag:
            case "rp" if not any(letter.isalnum() for letter in letters):
                return ""  # the brackets of a reading are ours
            case "rt" if letters:
                return f"({said})"
            case "q" if letters:
                return f"“{said}”"
            case "a" if element.get("href", "").startswith("#") and letters and letters[0] not in "[(↑↩":
                return f"[{said}]"
            case "sup" if letters[:1].isdigit():
                return f"^{said}"
        return said

    def paragraph(self, lines: Block) -> Block:
        return lines

    def heading(self, level: int, said: str) -> Block:
        line = UNDERLINES[min(level, len(UNDERLINES)) - 1] * max(1, _width(said))
        return ([""] if level in {2, 3} else []) + [said, line]

    def pre(self, lines: Block) -> Block:
        return lines

    def quote(self, lines: Block) -> Block:
        return [INDENT + line if line else "" for line in lines]

    def note(self, lines: Block) -> Block:
        return [f"| {line}".rstrip(" ") for line in lines]

    def mark(self, entries: Element, number: int) -> str:
        return f"{number}." if entries.tag == "ol" else "-"

    def table(self, table: Element) -> Block:
        """Its columns below each other, and what it is called above it."""
        rows = [[" ".join(line for line in self._cell(cell)) for cell in row] for row in rows_of(table)]
        widths = [max(_width(row[n]) for row in rows if n < len(row)) for n in range(max(map(len, rows), default=0))]
        called = [line for caption in table.findall("caption") for line in self._cell(caption)]
        return called + [" | ".join(map(_filled, row, widths)).rstrip() for row in rows]

    def _cell(self, cell: Element) -> Iterator[str]:
        return (line.strip() for line in prose.joined(self.blocks(cell)) if line.strip())


def rows_of(table: Element) -> list[Element]:
    """Its own rows, and not those of tables in it."""
    return [row for part in table for row in ([part] if part.tag == "tr" else part.findall("tr"))]


def _filled(cell: str, width: int) -> str:
    return cell + " " * (min(width, WIDEST) - _width(cell))


def _width(text: str) -> int:
    """The columns that it takes where all letters are of the same width, or of twice that."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide - sum(unicodedata.combining(letter) > 0 for letter in text)
