"""A reader that is not ours opens our EPUBs, and finds in them what we put in: the same text, in the same order, with the same facts."""

from __future__ import annotations

import random
from pathlib import Path

from epubx import Block, Book, open_book
from lxml import html

from ingestion.pictures import kinds
from tests.export import hostile
from tests.export.books import CJK, RTL, SITE, book, leaf, letters, said, text, written
from tests.sites import art
from tests.sites.samples import TRICKY, make_novel

COVER = art.png(1)


def opened(file: bytes, folder: Path) -> Book:
    """The book as the reader sees it."""
    path = folder / "book.epub"
    path.write_bytes(file)
    return open_book(str(path))


def words(block: Block) -> str:
    """The letters of a block; the mark of a footnote is also in the paragraph around it."""
    if block.kind == "footnote_ref":
        return ""
    inside = "".join(words(one) for one in (*(cell for row in block.rows for cell in row), *block.items))
    return inside or letters(block.text or "")


def test_it_reads_every_text_in_its_place(tmp_path: Path):
    texts = [text(one, one, one) for one in (*TRICKY, CJK, RTL, *(c.content for c in make_novel(chapters=5).chapters))]
    leaves = [leaf(100 - number, number) for number in range(1, len(texts) + 1)]
    with opened(written(book(leaves), texts), tmp_path) as found:
        title, *chapters = found.chapters

        assert "The Lamp on the Weir" in title.plain_text
        assert [chapter.href for chapter in chapters] == [f"EPUB/{one.file}" for one in leaves]
        for one, chapter, given in zip(leaves, chapters, texts, strict=True):
            assert "".join(map(words, chapter.blocks)) == letters(one.title) * 2 + said(given)


def test_it_reads_the_hostile_ones(tmp_path: Path):
    chance = random.Random(6)
    texts = [text(hostile.fragment(chance)) for _ in range(60)]
    leaves = [leaf(number, number) for number in range(1, len(texts) + 1)]
    with opened(written(book(leaves), texts), tmp_path) as found:
        for chapter, given in zip(list(found.chapters)[1:], texts, strict=True):
            shown = html.document_fromstring(found.member(chapter.href), parser=html.HTMLParser(huge_tree=True))

            assert chapter.blocks
            assert letters(str(shown.find("body").text_content())).removeprefix(f"The{chapter.index}.chapter") == said(
                given
            )


def test_it_reads_facts_contents_and_cover(tmp_path: Path):
    leaves = [leaf(1, 1), leaf(2, 2, volume="I & II"), leaf(3, 3, volume="I & II"), leaf(4, 4, missing=True)]
    whole = book(leaves, {f"{SITE}/c.png": COVER}, cover=kinds.name(COVER), authors=("A & B", "C"), language="ja")
    with opened(written(whole, [text("x")] * 3, {f"{SITE}/c.png": COVER}), tmp_path) as found:
        facts = found.metadata

        assert (facts.title, facts.language, facts.identifier) == (whole.title, "ja", whole.identifier)
        assert [creator.name for creator in facts.creators] == ["A & B", "C"]
        assert [(node.label, [one.href for one in node.children]) for node in found.toc] == [
            ("The 1. chapter", []),
            ("I & II", ["EPUB/c2.xhtml", "EPUB/c3.xhtml"]),
        ]
        assert found.cover is not None
        assert found.cover.read() == COVER
