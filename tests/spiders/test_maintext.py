"""The text of a chapter on pages that nobody described: all of it, and nothing of what stands around it."""

from __future__ import annotations

import pytest

from ingestion.errors import ParseError
from ingestion.sanitize import text
from spiders.generic import Generic
from tests.spiders.written import PROSE, URL, page


def chapter(body: str, **options: str) -> str:
    return Generic().chapter(page(body, f"{URL}chapter-1", **options)).content


@pytest.mark.parametrize(
    "around",
    [
        '<div class="sharedaddy"><p>Share this story with all of your friends today</p></div>',
        '<div id="comments"><h2>2 comments</h2><p>First! What a wonderful chapter this was, thank you.</p></div>',
        "<aside><p>Support me, get chapters early, and read about my other books.</p></aside>",
        '<div class="post-navigation"><a href="chapter-0">« Previous</a> | <a href="chapter-2">Next »</a></div>',
        '<p><a href="chapter-0">Previous Chapter</a> <a href="chapter-2">Next Chapter</a></p>',
        "<div><h3>Discussion (2)</h3><div><b>bob</b><p>Nice chapter, see you next week, and thank you.</p></div></div>",
        "<h4>You might also like</h4><p>Moonlit Blade, which is about blades, and about the moon.</p>",
        "<form><input><button>Subscribe</button></form>",
        "<script>var text = 'words';</script><style>p { color: red }</style>",
        "<footer><p>Copyright 2025, all rights reserved by the author of this page.</p></footer>",
    ],
)
def test_what_stands_around_a_text_does_not_come_with_it(around: str):
    made = chapter(
        f"<header><a href='/'>Home</a></header><div id='post'><h1>Chapter 1</h1>{PROSE}{around}</div>{around}"
    )

    assert text(made) == text(PROSE)


@pytest.mark.parametrize(
    "within",
    [
        "<h3>Discussion</h3>",
        "<h3>Comments</h3>",
        "<aside><p>The lock keeper has gained a level.</p></aside>",
        "<aside role='doc-footnote'><p>A weir is a low dam.</p></aside>",
    ],
)
def test_what_stands_between_two_paragraphs_of_a_text_is_the_text_s_own(within: str):
    made = chapter(f"<header><a href='/'>Home</a></header><article><h1>I</h1>{PROSE}{within}{PROSE}</article>")

    assert text(made) == text(PROSE + within + PROSE)


def test_lines_divided_by_breaks_are_a_text_too():
    lines = "<br><br>".join(f"Line {n} of a text that knows no paragraphs, only breaks." for n in range(20))
    made = chapter(f"<h1>Chapter 1</h1><div class='text'>{lines}</div><div class='nav'><a href='2'>Next</a></div>")

    assert text(made) == text(lines)


def test_a_text_in_several_sibling_blocks_is_kept_whole():
    made = chapter(f"<main><h1>Chapter 1</h1><div>{PROSE}</div><div>{PROSE}</div><div><p>Fin.</p></div></main>")

    assert text(made) == text(PROSE * 2 + "<p>Fin.</p>")


def test_one_line_is_enough():
    assert text(chapter("<section><h2>Dedication</h2><p>To the ferryman.</p></section>")) == "To the ferryman."


def test_the_chapter_s_own_heading_becomes_its_title():
    found = Generic().chapter(page(f"<h1>The Weir</h1><article><h2>2.  Slack\n Water</h2>{PROSE}</article>"))

    assert found.title == "2. Slack Water"
    assert "Slack" not in found.content


def test_hidden_sentences_are_removed_and_counted():
    found = Generic().chapter(
        page(f"<article>{PROSE}<p class='x'>Stolen.</p>{PROSE}</article>", head="<style>.x{display:none}</style>")
    )

    assert "Stolen" not in found.content
    assert found.hidden_removed == 1


def test_xhtml_that_closes_elements_at_once_keeps_its_text():
    body = f"""<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head>
        <body><section><a id="start"/><h2>I</h2>{PROSE}<p>The end.<i/></p></section></body></html>"""
    found = Generic().chapter(page(body.encode(), content_type="application/xhtml+xml"))

    assert text(found.content) == text(f"{PROSE}<p>The end.</p>")


def test_xhtml_with_a_script_closed_at_once_keeps_its_text():
    head = '<head><title>I</title><script src="a.js"/></head>'
    body = f'<html xmlns="http://www.w3.org/1999/xhtml">{head}<body><section><h2>I</h2>{PROSE}</section></body></html>'
    found = Generic().chapter(page(body.encode(), content_type="application/xhtml+xml"))

    assert text(found.content) == text(PROSE)


def test_broken_html_still_gives_its_text():
    assert "never closed" in chapter(f"<article><p>One<p>Two <em>never closed{PROSE}</div></article>")


@pytest.mark.parametrize("body", ["", "<p> </p>", "<div><script>x</script></div>"])
def test_a_page_without_a_text_is_an_error(body: str):
    with pytest.raises(ParseError, match="no text"):
        chapter(body)
