"""A chapter's HTML on a page that allows no style attribute and no picture from elsewhere."""

from __future__ import annotations

import re

import pytest
from lxml import html

from ingestion import sanitize
from ingestion.web import text
from ingestion.web.page import STATIC
from tests.alike import alike


@pytest.mark.parametrize(
    ("written", "shown"),
    alike(
        ('<p style="text-align: center">x</p>', '<p class="to-centre">x</p>'),
        ('<b style="FONT-WEIGHT: 700; text-decoration: underline line-through">x</b>', '<b class="bold struck underlined">x</b>'),
        ('<i style="font-style:italic !important">x</i>', '<i class="italic">x</i>'),
        ('<p style="color: red">x</p>', "<p>x</p>"),
        ('<p style="text-align: inherit">x</p>', "<p>x</p>"),
        ('<p title=" style=" lang="en">x</p>', '<p title=" style=" lang="en">x</p>'),
        ('<p title=" style=" style="text-align: right">x</p>', '<p title=" style=" class="to-right">x</p>'),
        ("<p>&lt;p style=\"text-align:center\"&gt;</p>", '<p>&lt;p style="text-align:center"&gt;</p>'),
    ),
)  # fmt: skip
def test_a_style_becomes_a_class_and_nothing_else_is_changed(written: str, shown: str):
    assert text.shown(sanitize.clean(written, ""), {}) == shown


def test_pictures_are_asked_for_here_alone_and_when_they_are_looked_at():
    fragment = sanitize.clean('<img src="https://e.org/a.png"><img src="https://e.org/b.png" alt="b">', "")
    root = html.fromstring(text.shown(fragment, {"https://e.org/a.png": "/books/pictures/5a.png"}) or "")

    assert [dict(image.attrib) for image in root.iter("img")] == [
        {"src": "/books/pictures/5a.png", "alt": "Picture", "loading": "lazy"},
        {"alt": "b", "loading": "lazy"},
    ]


def test_where_there_is_no_text_nothing_is_shown():
    assert (text.shown(None, {}), text.shown("", {})) == (None, None)


def test_the_rules_for_our_own_tables_and_lists_do_not_reach_into_a_text():
    sheet = (STATIC / "quire.css").read_text()
    rules = re.findall(r"^ *([^{}@/]+)\{", sheet, re.M)
    selectors = {each.strip() for rule in rules for each in re.split(r",(?![^(]*\))", rule)}
    words = "|".join(sorted({word for words in text.CLASSES.values() for word in words.values()}))

    assert selectors & {"table", "caption", "th", "td", "pre", "ul", "ol", "li", "p"} == set()
    assert {each for each in selectors if re.search(rf"\.({words})\b", each) and not each.startswith(".text")} == set()
