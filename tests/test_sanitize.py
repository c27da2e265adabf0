"""Chapter HTML, made inert and kept whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion import sanitize

PAGE = "https://example.org/novel/chapter-1"


def clean(fragment: str) -> str:
    return sanitize.clean(fragment, PAGE)


@pytest.mark.parametrize(
    "fragment",
    [
        "<p>“<em>Never</em>,” she said—<strong>not</strong> <em>ever</em>!</p>",
        "<ruby>渡<rp>(</rp><rt>watari</rt><rp>)</rp></ruby>",
        "<table><tbody><tr><th>Lock</th><td>4 &lt; 5</td></tr></tbody></table>",
        "<p>One.</p><hr><p>Two.</p>",
        "<blockquote><p>Keep left,<br>and low.</p></blockquote>",
        '<p id="note-1">1. Bone ones.</p>',
        '<ol start="3"><li>Untie.</li></ol>',
        "<p>H<sub>2</sub>O<sup>2</sup> <u>under</u> <s>struck</s> <small>small</small></p>",
        '<p lang="fr" dir="ltr">Bonjour</p>',
        '<figure><img src="https://example.org/map.png" alt="A map"><figcaption>The weir</figcaption></figure>',
    ],
)
def test_text_and_its_structure_stay_as_they_are(fragment: str):
    assert clean(fragment) == fragment


@pytest.mark.parametrize(
    "fragment",
    [
        "<script>alert(1)</script>",
        "<style>p { display: none }</style>",
        "<iframe src=https://example.org></iframe>",
        "<form><input name=a><button>Go</button></form>",
        '<img src="https://tracker.example/p.gif" width="1" height="1">',
        "<!-- a comment -->",
        "<noscript>Turn it on</noscript>",
    ],
)
def test_what_is_no_text_is_dropped_with_its_content(fragment: str):
    assert clean(f"<p>Before.</p>{fragment}<p>After.</p>") == "<p>Before.</p><p>After.</p>"


@pytest.mark.parametrize(
    ("fragment", "inert"),
    [
        ('<p onclick="x()">a</p>', "<p>a</p>"),
        ('<p style="display:none;text-align:center">a</p>', '<p style="text-align:center">a</p>'),
        ('<p style="font-size:0;color:transparent">a</p>', "<p>a</p>"),
        ('<p class="hidden" hidden>a</p>', "<p>a</p>"),
        ('<img src="x.png" onerror="x()">', '<img src="https://example.org/novel/x.png">'),
    ],
)
def test_handlers_and_styles_that_hide_are_removed(fragment: str, inert: str):
    assert clean(fragment).replace(';"', '"') == inert


def test_a_script_link_loses_its_address():
    assert "javascript" not in clean('<a href="javascript:x()">a</a>')


def test_links_become_absolute_and_footnotes_stay_in_the_page():
    made = clean('<a href="chapter-2">on</a><a href="#note-1">1</a><a href="/novel/chapter-1#note-2">2</a>')

    assert 'href="https://example.org/novel/chapter-2"' in made
    assert 'href="#note-1"' in made
    assert 'href="#note-2"' in made


def test_cleaning_twice_changes_nothing():
    once = clean(
        '<p style="text-align: center" onclick="x">a <a href="b?c=1&amp;d=2">b</a></p><table><tr><td>c</table>'
    )

    assert clean(once) == once


def test_words_of_neighbouring_blocks_do_not_run_together():
    assert sanitize.text("<p>one</p><p>two<br>three</p><table><tr><td>four</td><td>five</td></tr></table>") == (
        "one two three four five"
    )
    assert sanitize.lines("one<p>two<i>t</i>oo<br/>three</p>four<ul><li>five</ul>six<hr>seven") == (
        ["one", "twotoo", "three", "four", "five", "six", "seven"]
    )


def test_a_reader_gets_our_address_of_a_picture_and_no_address_of_one_that_is_not_here():
    text = clean(
        '<p>a > b<a href="/x"><img src="map.png?a=1&amp;b=2" alt="A > B"></a><img src="//ads.example/p.gif"></p>'
    )

    shown = sanitize.illustrated(text, {"https://example.org/novel/map.png?a=1&b=2": "/pictures/1.png"})
    assert '<img src="/pictures/1.png" alt="A &gt; B">' in shown
    assert "<img></p>" in shown
    assert "ads.example" not in shown


def test_a_text_without_pictures_is_shown_as_it_is_stored():
    text = clean("<p>H<sub>2</sub>O &lt;img src=x&gt;<br>渡</p>")

    assert sanitize.illustrated(text, {}) == text


def test_nothing_but_a_picture_s_source_changes_for_a_reader():
    text = clean('<p style="text-align: center" id="p1"><q cite="/q">a</q> <a href="#p1">b</a><img src="/m.png"></p>')

    assert sanitize.illustrated(text, {"https://example.org/m.png": "https://example.org/m.png"}) == text


def test_words_in_elements_that_are_never_closed_are_words():
    fragment = sanitize.clean("".join(f"<div>Line {number}. " for number in range(400)), "https://example.org/")

    assert sanitize.text(fragment).endswith("Line 398. Line 399.")


@pytest.mark.parametrize("character", ["&#1;", "\x0b", "\ufffe", "&#xFFFF;"])
def test_a_character_that_xml_cannot_hold_is_left_out_and_the_words_are_read(character: str):
    cleaned = sanitize.clean(f"<p>one</p>{character}two", "http://site.example/")

    assert (cleaned, sanitize.text(cleaned)) == ("<p>one</p>two", "one two")


_PIECES = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<br>",
        "<hr/>",
        "<td>",
        "</table>",
        "<table>",
        "<rt>",
        "<a title='x > y \"q\"'>",
        "<svg>",
        "<",
        "年 月",
        "\u3000",
        "&nbsp;",
        "\xa0",
        "&amp;lt;",
        " ",
        "a",
        "b c",
        "\u2028",
        "\x85",
        "\u200b",
        "&",
        "<!-- c -->",
        "<pre>\n",
    ]
)


@settings(max_examples=50, deadline=None)
@given(st.lists(_PIECES, max_size=12).map("".join).map(clean))
def test_the_words_of_a_clean_text_can_be_counted_without_a_tree(fragment: str):
    assert sanitize.size(fragment) == len(sanitize.text(fragment).split())


def test_each_cleaning_has_links_of_its_own():
    assert 'href="https://a.example/x"' in sanitize.clean('<a href="/x">x</a>', "https://a.example/1")
    assert 'href="https://b.example/x"' in sanitize.clean('<a href="/x">x</a>', "https://b.example/1")
