"""From a page to the chapter that is stored, case by case: the markup that extraction, sanitising or both tend to lose."""

from __future__ import annotations

import pytest

from ingestion import sanitize
from spiders.generic import Generic
from tests.spiders.written import PROSE, URL, page

SITE = "https://serial.example"
SAME = None
#: What stands in the page, and what is stored of it where that is not the same.
CASES = {
    "a table": ("<table><thead><tr><th>Lock</th></tr></thead><tbody><tr><td colspan=\"2\">4 &lt; 5</td></tr></tbody></table>", SAME),
    "a scene break": ("<p>He slept.</p><hr><p>It rained.</p>", SAME),
    "a scene break of stars": ("<p>* * *</p>", SAME),
    "a scene break of one sign": ("<p>⁂</p>", SAME),
    "an empty paragraph": ("<p>&nbsp;</p>", SAME),
    "a list": ("<ol start=\"3\"><li>Bow.</li><li>Stern.<ul><li>Rope</li></ul></li></ol>", SAME),
    "a list of terms": ("<dl><dt>Weir</dt><dd>A low dam.</dd></dl>", SAME),
    "a block quote": ("<blockquote><p>Keep left,<br>and low.</p><p><cite>The Pilot</cite></p></blockquote>", SAME),
    "a poem": ("<blockquote><p>The bell<br>   is down<br>the well.</p></blockquote>", SAME),
    "lines with their spaces": ("<pre>  LOCK   4\n  SHUT</pre>", SAME),
    "emphasis next to punctuation": ("<p>“<em>Never</em>,” she said—<strong>not</strong> <i>e</i>ver<b>!</b></p>", SAME),
    "emphasis within a word": ("<p>un<em>believ</em>able</p>", SAME),
    "ruby": ("<p><ruby>渡<rp>(</rp><rt>watari</rt><rp>)</rp></ruby></p>", SAME),
    "alignment": ("<p style=\"text-align:center\">Fin.</p>", SAME),
    "old alignment": ("<p align=\"right\">O. Keeper</p><center>Fin.</center>", SAME),
    "underline and strike": ("<p><u>Keep</u> <s>left</s> <del>right</del> <ins>left</ins></p>", SAME),
    "small, raised and lowered": ("<p>H<sub>2</sub>O, 3<sup>rd</sup>, <small>etc.</small></p>", SAME),
    "style that is meaning": (
        "<p><span style=\"font-style:italic;color:red\">Hm.</span> <span style=\"text-decoration:underline\">So.</span></p>",
        "<p><span style=\"font-style:italic\">Hm.</span> <span style=\"text-decoration:underline\">So.</span></p>",
    ),
    "a footnote": (
        "<p>Toll.<sup id=\"r1\"><a href=\"#n1\">1</a></sup></p><p id=\"n1\">1. Buttons. <a href=\"#r1\">↩</a></p>",
        "<p>Toll.<sup id=\"r1\"><a href=\"#n1\" rel=\"{rel}\">1</a></sup></p><p id=\"n1\">1. Buttons. <a href=\"#r1\" rel=\"{rel}\">↩</a></p>",
    ),
    "a picture with its caption": (
        "<figure><img src=\"map.png\" alt=\"A map\"><figcaption>The weir</figcaption></figure>",
        "<figure><img src=\"{site}/novel/map.png\" alt=\"A map\"><figcaption>The weir</figcaption></figure>",
    ),
    "a link out": (
        "<p>See <a href=\"https://maps.example/w\">the map</a> first.</p>",
        "<p>See <a href=\"https://maps.example/w\" rel=\"{rel}\">the map</a> first.</p>",
    ),
    "an abbreviation and a language": ("<p><abbr title=\"Esquire\">Esq.</abbr> <i lang=\"la\">quondam</i></p>", SAME),
    "a folded part": ("<details><summary>Spoiler</summary><p>He lives.</p></details>", SAME),
    "a letter": ("<section><header><p>To the Keeper</p></header><p>Sir.</p><footer><p>Yours, O.</p></footer></section>", SAME),
    "a heading within": ("<h3>Later</h3><p>It rained.</p>", SAME),
    "signs that are markup": ("<p>a &lt; b &amp;&amp; c &gt; d</p>", SAME),
    "signs beyond the first plane": ("<p>𝔚𝔢𝔦𝔯 😀 — “…” ½</p>", SAME),
    "right to left": ("<p dir=\"rtl\">סוף</p>", SAME),
    "a line of few words": ("<p>No.</p><p>Yes.</p><p>No!</p>", SAME),
    "the same line twice": ("<p>And again the bell.</p><p>And again the bell.</p>", SAME),
}  # fmt: skip


@pytest.mark.parametrize("place", ["middle", "end"])
@pytest.mark.parametrize("case", CASES)
def test_what_stands_in_the_page_is_stored(case: str, place: str):
    inner, stored = CASES[case]
    steps = "<p><a href='chapter-0'>Previous</a> | <a href='chapter-2'>Next</a></p>"
    after = PROSE if place == "middle" else ""
    found = Generic().chapter(
        page(f"<div id='x'><h1>Chapter 1</h1>{PROSE}{inner}{after}{steps}</div>", f"{URL}chapter-1")
    )
    kept = sanitize.clean(found.content, f"{URL}chapter-1")
    expected = (stored or inner).format(site=SITE, rel="noopener noreferrer nofollow")

    assert kept == f"{PROSE}{expected}{after}"
    assert found.title == "Chapter 1"


@pytest.mark.parametrize(
    "markup", ["<b>bold", "</div></div>", "<p><p>", "<i>one<b>two</i>three</b>", "<!-- <p> -->", "&bogus; &amp"]
)
def test_torn_markup_in_the_middle_loses_no_word_after_it(markup: str):
    found = Generic().chapter(page(f"<div id='x'><h1>I</h1>{PROSE}{markup}{PROSE}</div>", f"{URL}chapter-1"))

    assert sanitize.text(sanitize.clean(found.content, URL)).count("nobody came.") == 12
