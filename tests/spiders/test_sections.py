"""A book on one page is cut at the headings that its chapters have."""

from __future__ import annotations

import pytest
from lxml import html

from spiders.sections import Section, cut


def sections(markup: str) -> list[Section]:
    return cut(html.document_fromstring(f"<body>{markup}</body>").body)


def titles(markup: str) -> list[tuple[str | None, str]]:
    return [(section.volume, section.title) for section in sections(markup)]


def test_a_heading_with_nothing_below_it_names_the_part_up_to_the_next():
    book = "<h1>Salt</h1><h2>Part 1</h2><h2>I</h2><p>a</p><h2>II</h2><p>b</p><h2>Part 2</h2><h2>I</h2><p>c</p><h2>II</h2><p>d</p>"

    assert titles(book)[1:] == [("Part 1", "I"), ("Part 1", "II"), ("Part 2", "I"), ("Part 2", "II")]


def test_parts_stand_in_parts_and_a_text_of_their_rank_ends_them():
    book = (
        "<h1>VOLUME I</h1><h2>Book 1</h2><h3>I</h3><p>a</p><h3>II</h3><p>b</p><h1>VOLUME II</h1><h2>Book 1</h2><h3>I</h3><p>c</p>"
        "<h3>II</h3><p>d</p><h2>Epilogue</h2><p>e</p>"
    )

    assert titles(book) == [
        ("VOLUME I, Book 1", "I"),
        ("VOLUME I, Book 1", "II"),
        ("VOLUME II, Book 1", "I"),
        ("VOLUME II, Book 1", "II"),
        ("VOLUME II", "Epilogue"),
    ]


@pytest.mark.parametrize("second", ["<h2>Fog</h2>", "<h3>Fog</h3>", "\n<h4>Fog</h4>\n"])
def test_a_heading_in_two_halves_is_one_title_and_no_part(second: str):
    book = "".join(f"<h2>Chapter {n}.</h2>{second}<p>text</p>" for n in (1, 2, 3))

    assert titles(book) == [(None, f"Chapter {n}. Fog") for n in (1, 2, 3)]
    assert {section.content for section in sections(book)} == {"<p>text</p>"}


def test_headings_inside_a_chapter_stay_in_its_text():
    book = "<h2>I</h2><p>a</p><h3>A letter</h3><p>b</p><h2>II</h2><p>c</p><h2>* * *</h2><p>d</p>"

    assert [section.content for section in sections(book)] == [
        "<p>a</p><h3>A letter</h3><p>b</p>",
        "<p>c</p><h2>* * *</h2><p>d</p>",
    ]


def test_a_heading_may_be_a_picture_or_have_lines():
    book = '<h2><img src="1.png" alt="Chapter I"></h2><p>a</p><h2>Chapter<br>II</h2><p>b</p>'

    assert [section.title for section in sections(book)] == ["Chapter I", "Chapter II"]


@pytest.mark.parametrize(
    "chapter",
    [
        '<h2 id="two">II</h2><p>b</p>',
        '<h2><a name="two">II</a></h2><p>b</p>',
        '<p><a id="two"></a></p><div><br></div><h2 id="pgepubid00002">II</h2><p>b</p>',
        '<div id="two"><h2>II</h2><p>b</p></div>',
        '<h2 id="other"><a id="two"></a>II</h2><p>b</p>',
        "<h2>two</h2><p>b</p>",
    ],
)
def test_a_section_is_called_what_the_books_own_links_call_it_else_by_its_words(chapter: str):
    book = f'<p><a href="#two">II</a></p><h2>I</h2><p id="unlike">a</p>{chapter}'

    assert [section.anchor for section in sections(book)] == ["", "i", "two"]


def test_the_same_words_twice_are_told_apart():
    assert [section.anchor for section in sections("<h2>I</h2><p>a</p><h2>I</h2><p>b</p>")] == ["i", "i-2"]


def test_what_holds_headings_and_text_together_is_opened_and_no_word_is_lost():
    book = "<div>zero &lt;<section><h2>I</h2>one<p>two</p>three</section>four<section><h2>II</h2><b>five</b></section>six</div>"

    assert [section.content for section in sections(book)] == ["zero &lt;", "one<p>two</p>threefour", "<b>five</b>six"]


def test_links_within_the_page_are_weighed():
    book = '<h2>Index</h2><p><a href="#a">abc</a> d</p><h2>I</h2><p><a href="/x">abc</a></p>'

    assert [section.linked for section in sections(book)] == [0.6, 0.0]
