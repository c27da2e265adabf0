"""EPUBCheck, the reference, finds no error and nothing to warn of: in what authors write, in what sites make of it, in what nobody should."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion import sanitize
from ingestion.export.wish import Wish
from ingestion.items import Publication
from ingestion.kit import recording
from ingestion.pictures import kinds
from spiders.generic import Generic
from tests.export import hostile
from tests.export.books import CJK, RTL, SITE, book, faults, leaf, made, needs_epubcheck, text, written
from tests.export.test_raster import JPEG, WEBP
from tests.sites import art
from tests.sites.samples import TRICKY, make_novel
from tests.spiders.test_generic_novels import CHICKENS, FRANKENSTEIN, NOVELS, listed, respond

pytestmark = needs_epubcheck

AVIF = b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf"
PICTURES = {
    f"{SITE}/{name}": content
    for name, content in {
        "p.png": art.png(3),
        "p.gif": art.GIF,
        "p.jpg": JPEG,
        "p.webp": WEBP,
        "p.avif": AVIF,
        "cut.png": art.png(4)[:20],
        "cut.jpg": JPEG[:20],
        "cut.gif": art.GIF[:20],
    }.items()
}


def test_a_book_of_everything_that_is_hard_is_without_fault(tmp_path: Path):
    chance = random.Random(11)
    shown = "".join(f'<img src="{url}" alt="x">' for url in PICTURES)
    contents = [*TRICKY, shown, CJK, RTL, "", *(hostile.fragment(chance) for _ in range(15))]
    volumes = [None, "Book 1", "Book 1", " ", "<Book> & 2"]
    leaves = [leaf(n, n, volume=volumes[n % 5], title=f"&<{n}>\x0b" * (n % 3)) for n in range(1, len(contents) + 2)]
    leaves[-1] = leaf(99, 99, missing=True)
    whole = book(
        leaves,
        PICTURES,
        title='Ein "Titel" & <mehr>',
        authors=("A & B", " "),
        tags=("x & y", ""),
        description="One & two.\n\n<b>Three</b>\x0b",
        status=Publication.HIATUS,
        cover=kinds.name(art.png(3)),
        url=f"{SITE}/a b?x=[1]&y",
    )

    assert faults(written(whole, [text(one, one, one) for one in contents], PICTURES), tmp_path) == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_hostile_books_are_without_fault(tmp_path: Path, seed: int):
    chance = random.Random(seed)

    assert faults(made(hostile.fragment(chance) for _ in range(500)), tmp_path) == []


@pytest.mark.long
def test_a_deep_a_large_and_a_right_to_left_book_are_without_fault(tmp_path: Path):
    deep = "<div>" * 500 + "x" + "</div>" * 500
    long = "<p>word </p>" * 100_000
    contents = [deep, long, RTL, *(chapter.content for chapter in make_novel(chapters=2000).chapters)]
    part = Wish(novel_id=7, volumes=("Book 1",))

    assert faults(made(contents, language="ar", wish=part), tmp_path) == []


@pytest.mark.long
def test_every_recorded_chapter_is_without_fault(tmp_path: Path):
    found = list(_recorded())

    assert len(found) > 20
    assert faults(made(found), tmp_path) == []


def _recorded() -> Iterator[str]:
    for site in recording.sites():
        for chapter in recording.load(site).items.get("chapter", {}).values():
            yield from (chapter[name] for name in ("content", "notes_before", "notes_after") if chapter.get(name))


@pytest.mark.long
@pytest.mark.skipif(not NOVELS.is_dir(), reason=f"the two real novels are not at {NOVELS}")
@pytest.mark.parametrize("novel", [FRANKENSTEIN, CHICKENS])
def test_a_real_novel_is_without_fault(tmp_path: Path, novel: str):
    pages = [(link.url, Generic().chapter(respond(novel, link.key))) for link in listed(novel)]
    leaves = [leaf(number, number, url=url) for number, (url, _) in enumerate(pages, 1)]
    texts = [text(sanitize.clean(chapter.content, url)) for url, chapter in pages]

    assert len(pages) > 20
    assert faults(written(book(leaves), texts), tmp_path) == []
