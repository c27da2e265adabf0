"""What an edit changed, word by word."""

from __future__ import annotations

import time
from itertools import cycle, islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion import edits
from ingestion.edits import BREAK, Fate

MARKS = {Fate.SAME: "{}", Fate.OUT: "[-{}-]", Fate.IN: "{{+{}+}}"}


def told(before: list[str], after: list[str]) -> list[str]:
    return ["".join(MARKS[piece.fate].format(piece.text) for piece in line) for line in edits.lines(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (["The lamp was lit."], ["The lamp was lit again."], ["The lamp was lit {+again+}."]),
        (["Said the boy at the gate."], ["Said the boy."], ["Said the boy [-at the gate-]."]),
        (["It’s 3.5."], ["It’s 3.6."], ["It’s 3.[-5-]{+6+}."]),
        (["彼は灯台へ歩いた。"], ["彼は古い灯台へ走った。"], ["彼は{+古い+}灯台へ[-歩い-]{+走っ+}た。"]),
        (["a", "b", "c"], ["a", "c"], ["a", "[-b-]", "c"]),
        (["One. Two."], ["One.", "Two."], ["One. {+¶+}", "Two."]),
        (["Same"], ["Same"], ["Same"]),
        ([], ["New"], ["{+New+}"]),
    ],
)
def test_words_that_went_and_came_are_told_where_they_stood(before: list[str], after: list[str], expected: list[str]):
    assert told(before, after) == expected


def test_a_sentence_written_anew_is_told_as_one():
    before, after = (
        "A whole other thing stood here, for the most part.",
        "Nothing of what they said in the book is in this.",
    )

    assert told([before], [after]) == [f"[-{before[:-1]}-]{{+{after[:-1]}+}}."]


TEXT = st.lists(
    st.lists(st.sampled_from(["a", "b", "c", "d'", "é", ",", "字", "."]), min_size=1).map(" ".join), max_size=8
)


@settings(max_examples=25, deadline=None)
@given(TEXT, TEXT)
def test_both_texts_can_be_read_from_the_difference(before: list[str], after: list[str]):
    pieces = [piece for line in edits.lines(before, after) for piece in line]

    for text, other in ((before, Fate.IN), (after, Fate.OUT)):
        kept = "".join(piece.text for piece in pieces if piece.fate is not other).replace(BREAK, "")
        assert "".join(kept.split()) == "".join("".join(text).split())


def test_no_text_takes_long():
    words = [f"w{n}" for n in range(2_000)]
    odd = [word if n % 2 else f"{word}x" for n, word in enumerate(words)]
    alike = [" ".join(islice(cycle(some), 8_000)) for some in ("ab", "ba")], ["a b"] * 2_000
    began = time.process_time()
    for before, after in (
        (words, odd),
        ([" ".join(words)], [" ".join(odd)]),
        (words, words[::-1]),
        (alike[0][:1], alike[0][1:]),
        (alike[1], ["b a"] * 2_000),
    ):
        assert list(edits.lines(before, after))

    assert time.process_time() - began < 5
