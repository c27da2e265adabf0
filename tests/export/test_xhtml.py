"""Chapters become XML: what XML cannot hold is left out, and every link leads somewhere."""

from __future__ import annotations

import pytest

from ingestion.export import xhtml
from tests.export.books import SITE, text


def shown(fragment: str) -> str:
    [made] = xhtml.fragments([fragment], picture={f"{SITE}/p.png": "p1.png"}.get, page={f"{SITE}/2": "c2.xhtml"}.get)
    return made


def test_spaces_void_elements_and_empty_ones_are_written_as_both_xml_and_html_read_them():
    assert shown("<p>a&nbsp;b<br>c</p><hr><p></p>") == "<p>a\xa0b<br/>c</p><hr/><p></p>"


def test_what_xml_cannot_hold_is_left_out():
    assert shown("<p>a\x0b\ufffe\x01b</p>") == "<p>ab</p>"
    assert xhtml.words("a\x00 <b>\n&\ud800") == "a &lt;b&gt; &amp;"


def test_a_text_that_was_never_cleaned_is():
    assert shown("<p>a<p>b & c<script>x</script>") == "<p>a</p><p>b &amp; c</p>"


@pytest.mark.parametrize(
    ("href", "leads_to"),
    [
        (f"{SITE}/2", "c2.xhtml"),
        ("#note", "#note"),
        ("#nowhere", None),
        ("http://e.org/a b?q=[1]&amp;x=%zz#f|g", "http://e.org/a%20b?q=%5B1%5D&amp;x=%25zz#f%7Cg"),
        ("https://münchen.example:8080/ü", "https://xn--mnchen-3ya.example:8080/%C3%BC"),
        ("http://[::1/", None),
        ("http://h:p/", None),
        ("http://1.2.3.4.5/", None),
        ("mailto:me@example.org", "mailto:me@example.org"),
        ("mailto:me and you", None),
    ],
)
def test_a_link_leads_to_a_place_that_there_is_or_nowhere(href: str, leads_to: str | None):
    expected = f'<a href="{leads_to}">x</a>' if leads_to else "<a>x</a>"

    assert shown(f'<a href="{href}">x</a><p id="note">y</p>') == f'{expected}<p id="note">y</p>'


def test_a_picture_that_is_not_in_the_book_leaves_its_words():
    assert shown(f'<img src="{SITE}/p.png">') == '<img src="p1.png" alt=""/>'
    assert shown('<img src="http://x/q.png" alt="a map" width="3">') == "<span>a map</span>"


def test_ids_are_unique_on_a_page_and_notes_are_found_across_its_parts():
    parts = xhtml.fragments(
        ['<a href="#n">1</a><p id="a">x</p>', None, '<p id="n">y</p><p id="a">z</p>'], picture={}.get, page={}.get
    )

    assert parts == ['<a href="#n">1</a><p id="a">x</p>', "", '<p id="n">y</p><p>z</p>']


@pytest.mark.parametrize(
    ("attribute", "kept"),
    [
        ("lang='ja-JP'", ' lang="ja-JP" xml:lang="ja-JP"'),
        ("lang='x y'", ""),
        ("align='center'", ' style="text-align: center"'),
        ("style='font-weight:bold;text-decoration:underline #f00;color:red'", ' style="font-weight: bold"'),
        ("dir='rtl'", ' dir="rtl"'),
    ],
)
def test_an_attribute_says_something_or_goes(attribute: str, kept: str):
    assert shown(text(f"<p {attribute}>x</p>").content) == f"<p{kept}>x</p>"
