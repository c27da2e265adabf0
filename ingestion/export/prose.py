"""Chapters as lines of text, for the formats that people read as they are.

`Hand` goes through a chapter's markup, and a format's own hand says how each thing is written. Nothing goes deeper than DEEPEST elements:
of what is nested further, which no author does, the words alone are written.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import IO, ClassVar, TypeAlias

from lxml.etree import _Element as Element

from ingestion import controls, sanitize
from ingestion.export import nesting, xhtml
from ingestion.export.book import Book, Leaf, Text

#: A paragraph, a list, a table …
Block: TypeAlias = list[str]

DEEPEST = 50
SPACE, SPACES = re.compile(r"[ \t\r\n\f]+"), re.compile("  +")
#: Those at the ends of a paragraph. A space before its first word is kept where it is no plain one: it is how Chinese and Japanese begin one.
EMPTY_LINES = re.compile(r"^(?:[^\S\n]*\n)+|(?:\n[^\S\n]*)+$")
BLOCKS = nesting.BLOCKS | nesting.HOLDERS | {"summary"}


class Hand(ABC):
    """How a format is written. What a method is given as `said` is in the format already, each line break in it a line's end."""

    RULE: ClassVar[str] = "* * *"

    @abstractmethod
    def literal(self, text: str) -> str:
        """A text, so that it is read as it is. Its spaces are single by now."""

    @abstractmethod
    def span(self, element: Element, said: str) -> str:
        """What is marked within a line."""

    @abstractmethod
    def paragraph(self, lines: Block) -> Block: ...

    @abstractmethod
    def heading(self, level: int, said: str) -> Block:
        """A heading: 1 is the book, 2 a volume, 3 a chapter, what is above that within a chapter."""

    @abstractmethod
    def pre(self, lines: Block) -> Block: ...

    @abstractmethod
    def quote(self, lines: Block) -> Block: ...

    @abstractmethod
    def note(self, lines: Block) -> Block:
        """What the author says beside the text."""

    @abstractmethod
    def mark(self, entries: Element, number: int) -> str:
        """What stands before an entry of a list."""

    @abstractmethod
    def table(self, table: Element) -> Block: ...

    def front(self, book: Book) -> Iterator[Block]:
        """What the book is, where it is from, and what is missing in it."""
        yield self.heading(1, self.words(book.name) or "Untitled")
        about = (book.description or "").split("\n")
        for line in map(self.words, (", ".join(book.authors), *about, book.summary)):
            if line:
                yield self.paragraph([line])
        if book.missing:
            yield self.paragraph([self.words(book.missing_told)])
            yield [f"- {line}" for name in book.missing_names for line in self.paragraph([self.words(name)])]

    def words(self, text: str) -> str:
        """A plain text on one line."""
        return self.literal(" ".join(controls.without(text).split()))

    def blocks(self, element: Element, depth: int = 0) -> Iterator[Block]:
        """What is inside of an element, block by block."""
        if depth > DEEPEST:
            yield from (self.paragraph([self.literal(line)]) for line in sanitize.lines(xhtml.written(element)))
            return
        said = self._literal(element.text)
        for child in element:
            if _is_block(child):
                yield from self._paragraph(said)
                yield from self._block(child, depth + 1)
                said = self._literal(child.tail)
            else:
                said += self._span(child, depth + 1) + self._literal(child.tail)
        yield from self._paragraph(said)

    def said(self, element: Element, depth: int = 0) -> str:
        """What is inside of an element that has no blocks."""
        if depth > DEEPEST:
            return self._literal("".join(element.itertext()))
        parts = (self._span(child, depth + 1) + self._literal(child.tail) for child in element)
        return self._literal(element.text) + "".join(parts)

    def _literal(self, text: str | None) -> str:
        return self.literal(SPACE.sub(" ", text)) if text else ""

    def _span(self, element: Element, depth: int) -> str:
        return "\n" if element.tag == "br" else self.span(element, self.said(element, depth))

    def _paragraph(self, said: str) -> Iterator[Block]:
        if said.strip():
            lines = EMPTY_LINES.sub("", said).split("\n") if "\n" in said else [said]
            yield self.paragraph([SPACES.sub(" ", line).strip(" ") for line in lines])

    def _block(self, element: Element, depth: int) -> Iterator[Block]:
        if element.tag in nesting.HEADINGS:
            title = " ".join(self.said(element, depth).split())
            made = [self.heading(int(element.tag[1]) + 2, title)] if title else []
        elif element.tag == "hr":
            made = [[self.RULE]]
        elif element.tag == "pre":
            made = [self.pre(_lines(element))]
        elif element.tag == "blockquote":
            made = [self.quote(lines) for lines in [joined(self.blocks(element, depth))] if lines]
        elif element.tag in {"ol", "ul"}:
            made = [self._list(element, depth)]
        elif element.tag == "table":
            made = [self.table(element)]
        else:
            yield from self.blocks(element, depth)
            return
        yield from made

    def _list(self, entries: Element, depth: int) -> Block:
        """Its entries, with lines between them where one of them is longer than a paragraph."""
        step = -1 if "reversed" in entries.attrib else 1
        number = int(entries.get("start", len(entries) if step < 0 else 1))
        made = []
        for entry in entries:
            number = int(entry.get("value", number))
            blocks, mark = list(self.blocks(entry, depth)), self.mark(entries, number)
            made.append((len(blocks), _behind(mark, joined(blocks))))
            number += step
        together = all(count < 2 for count, _ in made)
        return [line for _, lines in made for line in lines] if together else joined(lines for _, lines in made)


def write(file: IO[bytes], book: Book, texts: Iterable[tuple[Leaf, Text]], hand: Hand) -> None:
    """Write the book, whose readable chapters are `texts`, by this hand into the file."""
    _put(file, hand.front(book))
    for leaf, text in texts:
        if leaf.id in book.opened:
            _put(file, [hand.heading(2, hand.words(book.opened[leaf.id]))])
        _put(file, _chapter(leaf, text, hand))


def joined(blocks: Iterable[Block]) -> Block:
    """One block of many, divided by empty lines."""
    lines = [line for block in blocks if block for line in ("", *block)]
    return lines[1:]


def _chapter(leaf: Leaf, text: Text, hand: Hand) -> Iterator[Block]:
    parts = (text.notes_before, text.content, text.notes_after)
    before, content, after = xhtml.trees(parts, picture=lambda _: None, page=lambda _: None)
    yield hand.heading(3, hand.words(leaf.heading))
    yield from (hand.note(lines) for lines in [joined(hand.blocks(before))] if lines)
    yield from hand.blocks(content)
    yield from (hand.note(lines) for lines in [joined(hand.blocks(after))] if lines)


def _put(file: IO[bytes], blocks: Iterable[Block]) -> None:
    for block in blocks:
        if block:
            file.write("\n".join([*block, "", ""]).encode())


def _is_block(element: Element) -> bool:
    if element.tag in nesting.TRANSPARENT:
        return any(inside.tag in nesting.BLOCKS for inside in element.iter())
    return element.tag in BLOCKS


def _behind(mark: str, lines: Block) -> Block:
    """An entry: its mark, and its lines, all of them begun where the first one begins."""
    indent = " " * (len(mark) + 1)
    return [f"{mark} {lines[0]}", *(indent + line if line else "" for line in lines[1:])] if lines else [mark]


def _lines(element: Element) -> Block:
    """The lines of a text whose breaks are kept."""
    for line_end in element.iter("br"):
        line_end.text = "\n"
    return "".join(element.itertext()).replace("\r", "").strip("\n").split("\n")
