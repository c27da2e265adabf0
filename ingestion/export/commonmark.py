"""Writes a book as Markdown: CommonMark with the tables that GitHub, Obsidian and pandoc know, and YAML before it.

What an author wrote is never taken for markup. What Markdown has no sign for (ruby, underlines, a table of merged cells) is an HTML element
without attributes, as CommonMark provides for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import IO

from lxml import etree
from lxml.etree import _Element as Element

from ingestion import controls
from ingestion.export import prose
from ingestion.export.book import Book, Leaf, Text
from ingestion.export.plaintext import rows_of
from ingestion.export.prose import Block, Hand
from ingestion.export.raster import Pictures

#: What would be markup anywhere, and what would be at the beginning of a line.
SIGNS = re.compile(r"[\\`*_\[\]#~|]|[<&](?=\S|$)|!$")
BEGINNING = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[-+=>]))")
#: A space or a sign beside which an emphasis may begin or end (CommonMark, left- and right-flanking).
EDGE = re.compile(r"[\s!-/:-@\[-^`{-~]?")
EMPHASES = {"em": "*", "i": "*", "cite": "*", "dfn": "*", "var": "*", "strong": "**", "b": "**"}
CODES = {"code", "kbd", "samp"}
#: What is kept as HTML.
KEPT = CODES | {"del", "ins", "mark", "q", "rb", "rp", "rt", "rtc", "ruby", "s", "small", "sub", "sup", "u"}


def write(file: IO[bytes], book: Book, texts: Iterable[tuple[Leaf, Text]], _: Pictures) -> None:
    """Write the book, whose readable chapters are `texts`, into the file. Of a picture its words are left."""
    file.write("\n".join(["---", *_facts(book), "---", "", ""]).encode())
    prose.write(file, book, texts, _Marked())


def _facts(book: Book) -> Iterator[str]:
    """What the book is, as YAML, of which JSON is a part."""
    facts = {
        "title": book.name,
        "authors": book.authors,
        "language": None if book.tongue == "und" else book.tongue,
        "status": book.status,
        "tags": book.tags,
        "source": book.url,
        "identifier": book.identifier,
        "updated": book.changed_at.isoformat(),
        "chapters": len(book.readable),
        "missing": len(book.missing),
    }
    return (f"{name}: {_yaml(value)}" for name, value in facts.items())


def _yaml(value: object) -> str:
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff]", "", controls.without(json.dumps(value, ensure_ascii=False)))


class _Marked(Hand):
    RULE = "***"

    def literal(self, text: str) -> str:
        return SIGNS.sub(r"\\\g<0>", text)

    def span(self, element: Element, said: str) -> str:
        tag, inside = element.tag, said.strip()
        if not inside:
            return said
        if tag in CODES and _around(element):
            made = _code("".join(element.itertext()))
        elif tag == "a" and element.get("href", "#")[0] != "#":
            made = f"[{inside}]({_address(element.attrib['href'])})"
        elif tag in EMPHASES:
            made = _emphasis(element, inside)
        elif tag in KEPT:
            made = f"<{tag}>{inside}</{tag}>"
        else:
            return said
        begin = said.index(inside)
        return said[:begin] + made + said[begin + len(inside) :]

    def paragraph(self, lines: Block) -> Block:
        literal = [_begun(line) for line in lines]
        return [*(line + "\\" for line in literal[:-1]), literal[-1]]

    def heading(self, level: int, said: str) -> Block:
        return [f"{'#' * min(level, 6)} {said}"]

    def pre(self, lines: Block) -> Block:
        fence = _longer_than(lines, "`", least=3)
        return [fence, *lines, fence]

    def quote(self, lines: Block) -> Block:
        return [f"> {line}".rstrip(" ") for line in lines]

    def note(self, lines: Block) -> Block:
        return self.quote(lines)

    def mark(self, entries: Element, number: int) -> str:
        before = entries.getprevious()  # a list right behind another would go on with it
        other = before is not None and before.tag == entries.tag and not (before.tail or "").strip()
        if entries.tag == "ol":
            return f"{max(0, number)}{')' if other else '.'}"
        return "+" if other else "-"

    def table(self, table: Element) -> Block:
        rows = [list(row) for row in rows_of(table)]
        if not rows or not _is_simple(rows):
            return [etree.tostring(table, encoding="unicode", with_tail=False, method="html").replace("\n", "&#10;")]
        heads = rows.pop(0) if all(cell.tag == "th" for cell in rows[0]) else None
        first = [self._cell(cell) for cell in heads] if heads else [""] * len(rows[0])
        cells = [first, ["---"] * len(first), *([self._cell(cell) for cell in row] for row in rows)]
        called = [line for caption in table.findall("caption") for line in self.blocks(caption)]
        return prose.joined([*called, [f"| {' | '.join(row)} |" for row in cells]])

    def _cell(self, cell: Element) -> str:
        return "<br>".join(line.removesuffix("\\") for block in self.blocks(cell) for line in block)


def _begun(line: str) -> str:
    """A line that begins nothing but itself."""
    return BEGINNING.sub(r"\1\\", line)


def _around(element: Element) -> tuple[str, str] | None:
    """What stands right before and behind an element in its line; None where that is another one, whose signs could run into its own."""
    before, parent = element.getprevious(), element.getparent()
    begins = parent is not None and parent.tag in prose.BLOCKS
    ahead = (before.tail if before is not None else parent.text if parent is not None else "") or ""
    behind = element.tail or ""
    is_free = (ahead or (begins and before is None)) and (behind or (begins and element.getnext() is None))
    return (ahead[-1:], behind[:1]) if is_free else None


def _emphasis(element: Element, inside: str) -> str:
    """With stars where they are sure to be taken for what they are, else as an element."""
    mark, around = EMPHASES[element.tag], _around(element)
    if around:
        ends = zip((inside[0], inside[-1]), around, strict=True)
        if all(own.isalnum() or EDGE.fullmatch(other) for own, other in ends):
            return f"{mark}{inside}{mark}"
    tag = "strong" if mark == "**" else "em"
    return f"<{tag}>{inside}</{tag}>"


def _code(text: str) -> str:
    text = " ".join(text.split())
    mark = _longer_than([text], "`", least=1)
    return f"{mark} {text} {mark}" if "`" in (text[0], text[-1]) else f"{mark}{text}{mark}"


def _longer_than(lines: Block, sign: str, *, least: int) -> str:
    runs = (len(run) for line in lines for run in re.findall(f"{sign}+", line))
    return sign * max(least, max(runs, default=0) + 1)


def _address(url: str) -> str:
    return re.sub(r"[&()*_\[\]]", r"\\\g<0>", url)


def _is_simple(rows: list[list[Element]]) -> bool:
    """Whether all its rows are as long as the first, each cell no more than some lines."""
    merged = any(cell.get(name, "1") != "1" for row in rows for cell in row for name in ("colspan", "rowspan"))
    nested = any(
        element.tag in prose.BLOCKS - {"p"} for row in rows for cell in row for element in list(cell.iter())[1:]
    )
    return bool(rows[0]) and not merged and not nested and len({len(row) for row in rows}) == 1
