"""Headings that only look like text."""

from __future__ import annotations

import pytest

from ingestion.items import Chapter, ChapterLink, ParsedChapter
from spiders import headings

TEXT = "<p>The ferry waited at the low bank.</p>"


def read(content: str, listed: str = "Chapter 1: Rope", title: str | None = None) -> Chapter | None:
    link = ChapterLink(key="1", url="https://serial.example/1", title=listed)
    made = headings.without_doubled(ParsedChapter(link=link, position=1, chapter=Chapter(content=content, title=title)))
    return made.chapter


@pytest.mark.parametrize(
    "heading",
    [
        "<p><strong>Chapter 1: Rope</strong></p>",
        "<b>CHAPTER 1 — ROPE</b><br><br>",
        "<div><p align='center'><u>Chapter 1: <i>Rope</i></u></p></div>",
    ],
)
def test_a_first_line_that_is_the_title_is_the_heading(heading: str):
    found = read(heading + TEXT)

    assert found is not None
    assert found.content == TEXT
    assert "rope" in (found.title or "").lower()


def test_a_title_said_again_below_the_heading_goes():
    assert read(f"<p><b>Rope</b></p>{TEXT}", title="Rope") == Chapter(content=TEXT, title="Rope")


def test_a_plain_line_below_a_real_heading_is_the_story_s_own():
    assert read(f"<p>No.</p>{TEXT}", "No.", title="No.") == Chapter(content=f"<p>No.</p>{TEXT}", title="No.")


@pytest.mark.parametrize(
    ("line", "listed", "title"),
    [
        ("<p>“Run!”</p>", "Run", None),
        ("<p>I wandered along the weir,</p>", "I wandered along the weir", None),
        ("<p>The letter.</p>", "The Letter", "The Letter"),
        ("<p><b>“No!”</b></p>", "No", "No"),
    ],
)
def test_a_line_that_says_its_title_as_a_story_would_is_the_story_s_own(line: str, listed: str, title: str | None):
    assert read(line + TEXT, listed, title=title) == Chapter(content=line + TEXT, title=title)


def test_a_heading_may_end_like_a_sentence():
    found = read(f"<p><b>Chapter 1.</b></p>{TEXT}", "Chapter 1")

    assert found is not None
    assert found.content == TEXT


@pytest.mark.parametrize(
    "content",
    [TEXT, f"<p>Chapter 1: Rope was the name of the book.</p>{TEXT}", f"{TEXT}<p>Chapter 1: Rope</p>", "<p>Chapter 1: Rope</p>"],
)  # fmt: skip
def test_a_text_that_only_mentions_its_title_keeps_it(content: str):
    assert read(content) == Chapter(content=content)


def test_no_text_is_lost_with_a_heading_over_elements_that_are_never_closed():
    found = read("<p><b>Chapter 1: Rope</b></p>" + "<div>" * 300 + TEXT + "</div>" * 300)

    assert found is not None
    assert TEXT in found.content
    assert "Chapter 1" not in found.content
