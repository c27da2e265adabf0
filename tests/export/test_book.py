"""What a book is called, known by, and written in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ingestion.export.book import Facts
from ingestion.export.formats import Format
from ingestion.export.wish import Wish
from tests.export.books import book, leaf

WHOLE = book([leaf(4, 1), leaf(2, 2, volume="Book 1"), leaf(9, 3, volume="Book 1", missing=True)])


@pytest.mark.parametrize(
    "change", [{"title": "x"}, {"cover": "x.png"}, {"leaves": WHOLE.leaves[:2]}, {"pictures": (("u", "x.png"),)}]
)
def test_a_book_that_changed_is_another_file_of_the_same_book(change: dict[str, Any]):
    changed = replace(WHOLE, **change)

    assert changed.digest != WHOLE.digest == replace(WHOLE).digest
    assert changed.identifier == WHOLE.identifier


def test_an_edited_chapter_keeps_its_file():
    edited = replace(WHOLE, leaves=(replace(WHOLE.leaves[0], digest="f00", position=7), *WHOLE.leaves[1:]))

    assert edited.digest != WHOLE.digest
    assert edited.leaves[0].file == WHOLE.leaves[0].file == "c4.xhtml"


def test_a_part_of_a_novel_is_a_book_of_its_own():
    volume = replace(WHOLE, wish=Wish(novel_id=7, volumes=("Book 12",)))
    pages = replace(WHOLE, wish=Wish(novel_id=7, first=1, last=3))

    assert (volume.name, volume.number) == ("The Lamp on the Weir: Book 12", 12)
    assert (pages.name, pages.number) == ("The Lamp on the Weir, 1–3", None)
    assert len({WHOLE.identifier, volume.identifier, pages.identifier}) == 3


def test_a_wish_is_the_same_when_it_was_stored():
    wish = Wish(novel_id=7, first=2, volumes=("a", "b"), format=Format.TEXT)

    assert Wish.of(wish.args) == wish
    assert Wish.of({"novel_id": 7, "first": None, "last": None, "volumes": []}) == Wish(novel_id=7)


def test_a_format_is_a_file_of_its_own_of_the_same_book():
    others = [replace(WHOLE, wish=replace(WHOLE.wish, format=format)) for format in Format]

    assert len({other.digest for other in others}) == len(Format)
    assert {other.identifier for other in others} == {WHOLE.identifier}


def test_what_an_epub_does_not_tell_makes_it_no_other_file():
    found = replace(WHOLE, leaves=(replace(WHOLE.leaves[0], facts=Facts(words=9)), *WHOLE.leaves[1:]))
    told = replace(found, wish=replace(WHOLE.wish, format=Format.JSON))

    assert found.digest == WHOLE.digest
    assert told.digest != replace(told, leaves=WHOLE.leaves).digest


def test_the_names_of_books_that_were_made_before_stay():
    assert WHOLE.digest == "973c7e5a2129f5299286b2161f0a6e0a"
    assert WHOLE.identifier == "urn:uuid:03904afe-3422-5395-8f58-59c5d93c9415"


def test_chapters_without_a_text_are_left_out_and_counted():
    assert [(title, [leaf.id for leaf in leaves]) for title, leaves in WHOLE.volumes()] == [
        (None, [4]),
        ("Book 1", [2]),
    ]
    assert [leaf.id for leaf in WHOLE.missing] == [9]


@pytest.mark.parametrize(
    ("language", "tongue", "direction"),
    [
        ("ar", "ar", "rtl"),
        ("he-IL", "he-IL", "rtl"),
        ("az-Arab", "az-Arab", "rtl"),
        ("ar-Latn", "ar-Latn", "ltr"),
        ("ja", "ja", "ltr"),
        ("English (US)", "und", "ltr"),
        (None, "und", "ltr"),
    ],
)
def test_the_language_says_in_which_direction_it_is_read(language: str | None, tongue: str, direction: str):
    written = replace(WHOLE, language=language)

    assert (written.tongue, written.direction) == (tongue, direction)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ('A/B: "C"?\n', "A B C.epub"),
        ("..", "novel.epub"),
        ("../../etc/passwd", "etc passwd.epub"),
        ("転生" * 100, f"{'転生' * 25}.epub"),
    ],
)
def test_a_file_is_called_as_any_disk_allows(title: str, name: str):
    assert replace(WHOLE, title=title).file_name == name
