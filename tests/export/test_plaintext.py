"""Plain text: legible as it is, and whole."""

from __future__ import annotations

import random

import pytest

from ingestion.export.formats import Format
from tests.export import hostile
from tests.export.books import CJK, leaf, out, said, text


def written(content: str) -> str:
    """A chapter as it stands below its title."""
    return out(Format.TEXT, [text(content)]).partition("--------------\n\n")[2].removesuffix("\n\n")


@pytest.mark.parametrize(
    ("content", "made"),
    [
        ("<p>a\nb&nbsp;*c*<br>d</p><p>　e</p><p>&nbsp;</p><hr>", "a b\xa0*c*\nd\n\n　e\n\n* * *"),
        (CJK, "転(てん)生(せい)したら、𠮷野家だった。\n\n第一章"),
        ('<p>x<a href="#n"><sup>1</sup></a> 10<sup>2</sup></p><p id="n">y</p>', "x[^1] 10^2\n\ny"),
        ("<ol><li>a<li value=7>b</ol><ul><li><p>c</p><p>d</p></ul>", "1. a\n7. b\n\n- c\n\n  d"),
        ("<blockquote><p>a</p><p>b</p></blockquote><h3>c</h3>", "    a\n\n    b\n\nc\n~"),
        (
            "<table><caption>t</caption><tr><th>漢字<th>b<tr><td>c<td><p>d</p><p>e</p></table>",
            "t\n漢字 | b\nc    | d e",
        ),
        ("<pre>a\n  b<br>c</pre>", "a\n  b\nc"),
    ],
)
def test_a_chapter_is_legible(content: str, made: str):
    assert written(content) == made


def test_titles_are_underlined_and_notes_set_apart():
    leaves = [leaf(1, 1, volume="第1巻"), leaf(2, 2, missing=True, title="Lost")]
    made = out(Format.TEXT, [text("<p>x</p>", "<p>a</p><p>b</p>", "<p>c</p>")], leaves=leaves, description="d\n\ne")

    head = "The Lamp on the Weir\n####################\n\nWilma Example\n\nd\n\ne\n\n1 chapters; http://site.example/novel\n\n"
    missing = "Missing, since they could not be had from their site: 1\n\n- Lost\n\n"
    volume = "\n第1巻\n=====\n\n\nThe 1. chapter\n--------------\n\n"
    assert made == f"{head}{missing}{volume}| a\n|\n| b\n\nx\n\n| c\n\n"


def test_no_letter_of_a_hostile_text_is_lost():
    chance = random.Random(9)
    for make in [hostile.fragment, hostile.punctuated] * 60:
        given = text(make(chance))

        assert _alphabetic(written(given.content)) == _alphabetic(said(given)), given.content


def _alphabetic(text: str) -> str:
    return "".join(letter for letter in text if letter.isalpha())
