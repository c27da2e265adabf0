"""A text becomes the words that it is found by, and what is asked becomes the same."""

from __future__ import annotations

import pytest

from ingestion.search import grams, tongues, words
from tests.alike import alike


@pytest.mark.parametrize(
    ("language", "tongue"),
    [
        ("en", "english"),
        ("de-AT", "german"),
        ("PT_br", "portuguese"),
        ("ja", "simple"),
        (None, "simple"),
        ("?", "simple"),
    ],
)
def test_a_language_has_a_configuration(language: str | None, tongue: str):
    assert tongues.of(language) == tongue


@pytest.mark.parametrize(
    ("text", "tongue", "indexed"),
    [
        ("“Lamps,” she said—don’t!", "english", "lamps she said don t"),
        ("Café Zoë, ＡＢＣ, 3.14", "english", "cafe zoe abc 3 14"),
        ("Die Häuser", "german", "die häuser"),
        ("cafe\u0301", "french", "café"),
        ("堰の灯", "simple", "堰の の灯 灯"),
        ("第3話 Lamp堰", "simple", "第 3 話 lamp 堰"),
        ("¿\x00🙂…_", "simple", ""),
    ],
)
def test_what_is_indexed_is_letters_and_pairs_of_characters(text: str, tongue: str, indexed: str):
    assert words.indexed(text, tongue).split() == indexed.split()


@pytest.mark.parametrize(("text", "asked"), [("堰の灯", "堰の の灯"), ("堰", "堰"), ("堰の lamp", "堰の の lamp")])
def test_what_is_asked_may_go_on_behind_its_last_character(text: str, asked: str):
    assert words.asked(text, "simple") == asked


@pytest.mark.parametrize("text", alike("Häuser am ＷEHR", "e\u0301", "İstanbul", "ﬁn", "กี่ 한국어"))
def test_letters_stay_at_their_places(text: str):
    composed = words.composed(text)

    assert len(words.letters(composed, "english")) == len(composed)


def test_a_word_and_its_slip_share_most_pieces():
    lantern, slip = grams.of("Lantern"), grams.of("lantren")

    assert len(lantern & slip) / len(slip) > 0.45
    assert grams.of("lan", unfinished=True) < lantern
    assert grams.of("灯の", unfinished=True) < grams.of("堰の灯の上")
