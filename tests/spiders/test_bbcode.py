"""A post's BBCode shows without the forum's scripts and styles all that a reader can bring to light."""

from __future__ import annotations

import pytest
from parsel import Selector

from spiders import bbcode
from spiders.fragments import inner_html


def plain(text: str) -> str:
    post = Selector(text=f'<div class="bbWrapper">{text}</div>', type="html").css(".bbWrapper")[0]
    bbcode.plain(post)
    return inner_html(post)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('<img class="bbImage lazyload" src="data:," data-url="/a.png">', 'src="/a.png"'),
        ('<img class="lazyload" data-src="/b.png" data-url="/a.png">', 'src="/b.png"'),
        ('<img src="data:," class="smilie" alt=":)"> she said', "<span>:)</span> she said"),
        ('<iframe src="https://films.example/1"></iframe>.', '<a href="https://films.example/1">https://films.example/1</a>.'),
        ("""<iframe data-s9e-mediaembed-iframe='["src","//films.example/1"]'></iframe>""", 'href="https://films.example/1"'),
        ('<a data-cfemail="5a383f36361a2e333e3f743f223b372a363f">[email]</a>,', "<span>bell@tide.example</span>,"),
        ('<a data-cfemail="zz">[email protected]</a>', "[email protected]"),
        ('<span class="bbCodeInlineSpoiler">It was Tobit.</span>', "It was Tobit."),
        ('<span style="color:transparent">It was Tobit.</span>', "It was Tobit."),
        ('<div class="bbCodeSpoiler"><button class="bbCodeSpoiler-button"><i>Who</i></button>He</div>', "<summary>Who</summary>He"),
        ('<div class="bbCodeSpoiler"><div class="bbCodeSpoiler-content">In.</div></div>', "<details"),
    ],
)  # fmt: skip
def test_what_needs_scripts_is_shown_without_them(text: str, shown: str):
    assert shown in plain(text)


@pytest.mark.parametrize(
    "text",
    [
        '<noscript><img src="/a.png"></noscript>On.',
        '<div class="bbCodeBlock-expandLink"><a>Click to expand...</a></div>On.',
        "<script>load();</script>On.",
    ],
)
def test_what_no_reader_reads_is_left_out(text: str):
    assert plain(text) == "On."


@pytest.mark.parametrize("told", ["{", "{}", "[1]", '["src"]', '["src", null]', '[["src"], "x"]', "[]"])
def test_a_player_that_says_nothing_of_its_film_stays_as_it_is(told: str):
    assert "<a" not in plain(f"<iframe data-s9e-mediaembed-iframe='{told}'></iframe>")
