"""Writes a book as JSON, for programs: everything that the library knows of it, as `docs/export.schema.json` describes. A chapter is one line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import IO, Any

from ingestion.export.book import Book, Leaf, Text, by_volume
from ingestion.export.raster import Pictures

#: Counts up when a program that reads these files would have to change.
VERSION = 1


def write(file: IO[bytes], book: Book, texts: Iterable[tuple[Leaf, Text]], _: Pictures) -> None:
    """Write the book, whose readable chapters are `texts`, into the file. Pictures are at the addresses that their sites gave them."""
    volumes = [{"title": title, "chapters": [leaf.id for leaf in some]} for title, some in by_volume(book.leaves)]
    head = {"version": VERSION, "novel": _novel(book), "part": _part(book), "volumes": volumes}
    file.write(f'{_told(head)[:-1]}, "chapters": ['.encode())
    for number, (leaf, text) in enumerate(_in_order(book, texts)):
        file.write(f"{',' if number else ''}\n{_told(_chapter(leaf, text))}".encode())
    file.write(b"\n]}\n")


def _told(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_moment)


def _moment(value: datetime) -> str:
    """As RFC 3339 writes it."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _novel(book: Book) -> dict[str, Any]:
    return {
        "id": book.wish.novel_id,
        "title": book.title,
        "authors": book.authors,
        "description": book.description,
        "language": book.language,
        "status": book.status,
        "tags": book.tags,
        "url": book.url,
        "created_at": book.begun_at,
        "changed_at": book.changed_at,
        "chapters_saved": len(book.readable),
        "chapters_missing": len(book.missing),
    }


def _part(book: Book) -> dict[str, Any] | None:
    wish = book.wish
    return None if wish.is_whole else {"first": wish.first, "last": wish.last, "volumes": wish.volumes}


def _in_order(book: Book, texts: Iterable[tuple[Leaf, Text]]) -> Iterator[tuple[Leaf, Text | None]]:
    """All chapters in reading order, those that are missing too."""
    leaves = iter(book.leaves)
    for found, text in texts:
        for leaf in leaves:
            yield leaf, text if leaf is found else None
            if leaf is found:
                break
    yield from ((leaf, None) for leaf in leaves)


def _chapter(leaf: Leaf, text: Text | None) -> dict[str, Any]:
    place = {name: getattr(leaf, name) for name in ("id", "position", "title", "volume", "matter", "url")}
    said = asdict(text) if text else dict.fromkeys(Text.__dataclass_fields__)
    return {**place, **asdict(leaf.facts), **said}
