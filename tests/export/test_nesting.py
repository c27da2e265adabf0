"""What sites write becomes what HTML allows, and reads as before."""

from __future__ import annotations

import random

import pytest

from ingestion import sanitize
from ingestion.export import xhtml
from tests.export import hostile
from tests.export.books import text


def shown(fragment: str) -> str:
    [made] = xhtml.fragments([text(fragment).content], picture=lambda _: "p.png", page={}.get)
    return made


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("<b><p>x</p></b>", '<div class="b"><p>x</p></div>'),
        ("<h2><div>x</div></h2>", '<div class="h2"><div>x</div></div>'),
        ("<i><del><ul><li>x</ul></del></i>", '<div class="i"><del><ul><li>x</li></ul></del></div>'),
        ("<h1>x</h1><tt>y</tt>", '<h2 class="h1">x</h2><code class="tt">y</code>'),
        ("<ul>a<ul><li>b</ul>c</ul>", "<ul><li>a</li><li><ul><li>b</li></ul>c</li></ul>"),
        ("<ol><li value=3>a</li>b<li value=x>c</ol>", '<ol><li value="3">a<span>b</span></li><li>c</li></ol>'),
        (
            "<dl><dt>a<dd>b</dl><dl><dd>c</dl>",
            '<dl><dt>a</dt><dd>b</dd></dl><div class="dl"><div class="dd">c</div></div>',
        ),
        ("<li>x</li>", '<div class="li">x</div>'),
        ("<ruby>漢<rt>kan</ruby><ruby>字</ruby>", '<ruby>漢<rt>kan</rt></ruby><span class="ruby">字</span>'),
        ("<details>x<summary>y</summary></details>", '<div class="details">x<span class="summary">y</span></div>'),
        ("<table><col><tr><td>x</table>", "<table><tbody><tr><td>x</td></tr></tbody></table>"),
        ("<section><center>x</center></section>", '<div class="section"><div class="center">x</div></div>'),
    ],
)
def test_what_does_not_fit_becomes_what_it_is_like(written: str, made: str):
    assert shown(written) == made


@pytest.mark.parametrize(
    "written",
    [
        "<ruby>渡<rp>(</rp><rt>watari</rt><rp>)</rp></ruby>",
        '<table><caption>c</caption><thead><tr><th scope="col">a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>',
        "<figure><p>x</p><figcaption>y</figcaption></figure>",
        "<details><summary>x</summary><p>y</p></details>",
        "<a><p>x</p></a>",
    ],
)
def test_what_fits_stays(written: str):
    assert shown(written) == written


def test_no_word_of_a_hostile_text_is_lost():
    chance = random.Random(5)
    for _ in range(200):
        given = text(hostile.fragment(chance)).content

        assert "".join(sanitize.text(shown(given)).split()) == "".join(sanitize.text(given).split()), given
