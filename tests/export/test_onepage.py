"""One HTML file: inert, whole, and its links lead to places in it."""

from __future__ import annotations

import base64
import random
import re

import pytest
from lxml import html

from ingestion.export import onepage
from ingestion.export.formats import Format
from ingestion.items import Publication
from ingestion.pictures import kinds
from tests.export import hostile
from tests.export.books import CJK, RTL, SITE, leaf, letters, out, said, text
from tests.sites import art
from tests.sites.samples import TRICKY

MAP = art.png(2)
PICTURES = {f"{SITE}/map.png": MAP}


def read(made: str) -> list[str]:
    """The letters of its chapters without their titles, as a browser shows them."""
    page = html.document_fromstring(made, parser=html.HTMLParser(huge_tree=True))
    return [letters(part.text_content()).removeprefix(letters(part[0].text_content())) for part in page.iter("section")]


def test_a_browser_shows_what_the_author_wrote():
    chance = random.Random(3)
    texts = [text(one, one) for one in (*TRICKY, CJK, RTL, *(hostile.fragment(chance) for _ in range(100)))]
    made = out(Format.HTML, texts)

    assert read(made) == [said(one) for one in texts]


def test_every_id_is_there_once_and_every_inner_link_leads_to_one():
    chance = random.Random(4)
    contents = [f'<a href="{SITE}/2#part">on</a><a href="#n">1</a><p id="n">x</p>', '<a href="#n">1</a><p id="n">y</p>']
    made = out(Format.HTML, [text(one) for one in (*contents, *(hostile.fragment(chance) for _ in range(50)))])
    ids = re.findall(' id="([^"]*)"', made)

    assert len(ids) == len(set(ids)) > 50
    assert set(re.findall('href="#([^"]*)"', made)) <= set(ids)
    assert '<a href="#c2">on</a><a href="#c1-n">1</a><p id="c1-n">x</p>' in made


def test_nothing_in_it_runs_or_asks_for_anything():
    made = out(Format.HTML, [text(f'<p onclick="x()">a<script>b</script><img src="{SITE}/map.png"></p>')])

    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in made
    assert not re.search(r"<script|onclick|<link|@import|url\(|src=.http", made)


def test_the_contents_list_chapters_below_their_volumes_and_say_what_is_missing():
    leaves = [leaf(1, 1), leaf(5, 2, volume="I & II"), leaf(3, 3, volume="I & II", missing=True, title="Lost")]
    made = out(Format.HTML, [text("x", after="<p>z</p>"), text("<h4>y</h4>")], leaves=leaves, status=Publication.STUB)

    assert re.findall(r'<li>(?:<a href="(#c\d)">)?(.*?)(?:</a>|</li>)', made) == [
        ("", "Lost"),
        ("#c1", "The 1. chapter"),
        ("#c5", "I &amp; II"),
        ("#c5", "The 2. chapter"),
    ]
    assert (
        '<h2 class="volume">I &amp; II</h2>\n<section class="chapter" id="c5">\n<h2>The 2. chapter</h2>\n<h3>y</h3>'
        in made
    )
    assert '<aside class="note"><p>z</p></aside>' in made
    assert "<p>2 chapters, stub; http://site.example/novel</p>" in made


def test_it_is_in_its_language_and_says_what_it_is():
    made = out(Format.HTML, [text(RTL)], language="ar", title='"A" & <b>', tags=("x", "y"))

    assert made.startswith('<!DOCTYPE html>\n<html lang="ar" dir="rtl">\n<head>\n<meta charset="utf-8">')
    assert "<title>&quot;A&quot; &amp; &lt;b&gt;</title>" in made
    assert '<meta name="author" content="Wilma Example">' in made
    assert '<meta name="keywords" content="x, y">' in made


def test_pictures_are_inside_as_long_as_they_are_small_and_few(monkeypatch: pytest.MonkeyPatch):
    shown = text(f'<img src="{SITE}/map.png" alt="a map">')
    inside = f'src="data:image/png;base64,{base64.b64encode(MAP).decode()}"'
    made = out(Format.HTML, [shown], PICTURES, cover=kinds.name(MAP))
    monkeypatch.setattr(onepage, "ALL_PICTURES", len(MAP) * 2 - 1)
    few = out(Format.HTML, [shown, shown], PICTURES)
    monkeypatch.setattr(onepage, "LARGEST_PICTURE", len(MAP) - 1)
    small = out(Format.HTML, [shown], PICTURES)

    assert made.count(inside) == 2
    assert (few.count(inside), few.count("<span>a map</span>")) == (1, 1)
    assert (small.count(inside), small.count("<span>a map</span>")) == (0, 1)
