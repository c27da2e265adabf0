"""The numbers in chapters' names."""

from __future__ import annotations

import pytest

from spiders import numerals


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("Chapter 12", 12),
        ("Chapter 12.5: Between", 12.5),
        ("12b", 12),
        ("Book 2, Chapter 5", 5),
        ("[2024-05-03] Chapter 41", 41),
        ("Ch.7 – Rope", 7),
        ("Letter IV", 4),
        ("XIX: Asking Papa", 19),
        ("XL.", 40),
        ("Chapter XXIV", 24),
        ("Chapter IV The Lock", 4),
        ("I: A Letter", 1),
        ("I Go to Sea", None),
        ("Civil Matters", None),
        ("Chapter Mild", None),
        ("第十二章 渡口", 12),
        ("第一百零三回", 103),
        ("第二十话", 20),
        ("二〇三章", 203),
        ("第12章", 12),
        ("第３話", 3),
        ("제 5화", 5),
        ("Глава 5. Паром", 5),
        ("Capítulo 7", 7),
        ("The Weir", None),
        ("", None),
    ],
)
def test_a_name_gives_the_number_of_its_chapter(name: str, number: float | None):
    assert numerals.number(name) == number


@pytest.mark.parametrize("name", ["Prologue", "Interlude: Rain", "番外 雨", "Эпилог", "Side Story 2"])
def test_a_word_for_a_part_of_a_novel_is_known_without_a_number(name: str):
    assert numerals.UNIT.search(name)
