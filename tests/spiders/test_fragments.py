"""What is cut out of a page keeps its markup, its escapes and its paragraphs."""

from __future__ import annotations

import pytest
from parsel import Selector
from scrapy.http import HtmlResponse, Response

from ingestion.errors import NotFound, ParseError
from spiders.fragments import drop, first, has_words, inner_html, paragraphs, paragraphs_of, piece, tree, words


def body(markup: str) -> Selector:
    return Selector(text=f"<body>{markup}</body>", type="html").css("body")[0]


def test_inner_html_keeps_escapes_and_the_text_between_elements():
    assert inner_html(body("a &lt; b <em>c</em> &amp; d<br>e")) == "a &lt; b <em>c</em> &amp; d<br>e"


def test_inner_html_begins_behind_the_whole_tag():
    odd = piece("""<div a"b=c title='x > "y"' hidden data-z='>'>d <i>e</i></div>after""").css("div")[0]

    assert inner_html(odd) == "d <i>e</i>"


def test_neither_a_script_nor_a_blank_has_words():
    assert not has_words(body("<script>a</script>\xa0<style>b</style><!-- c -->"))
    assert has_words(body("<script>a</script><p><b> d</b></p>"))


def test_words_are_one_line_without_scripts():
    assert words(body("<p>one\n two<script>x()</script></p><style>p{}</style> three")) == "one two three"


def test_paragraphs_are_divided_by_a_blank_line_and_lines_by_an_end():
    element = body("lead<p>one <b>bold</b><br>two</p>tail<ul><li>item</li></ul><p> </p>a<br><br><br>b")

    assert paragraphs(element) == "lead\n\none bold\ntwo\n\ntail\n\nitem\n\na\n\nb"


def test_what_has_no_text_has_no_paragraphs():
    assert paragraphs(body("<p> <img src='x'></p>")) is None


@pytest.mark.parametrize("markup", ["<p>one</p>\n<p>two\nlines &amp; more</p>", "one\n\ntwo lines & more"])
def test_a_description_may_be_html_or_plain_text(markup: str):
    assert paragraphs_of(markup) == "one\n\ntwo lines & more"


def test_the_first_choice_that_says_something_is_taken():
    page = body('<h1> </h1><img src="x.jpg"><meta property="a" content="said">')

    assert first(page, "h1", 'meta[property="a"]', "img") == "said"
    assert first(page, "h1", "h2") is None


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_is_not_found(status: int):
    with pytest.raises(NotFound, match=str(status)):
        tree(HtmlResponse("https://site.example/1", status=status))


def test_what_is_no_text_is_a_parse_error():
    with pytest.raises(ParseError, match="not a page of text"):
        tree(Response("https://site.example/1.png", body=b"\x89PNG"))


def test_a_torn_tag_that_swallowed_a_script_keeps_its_other_attributes():
    page = tree(HtmlResponse("https://example.org/", body=b'<p class="a" {"x": 1} id=b>Text</p>'))

    assert dict(page.css("p").attrib).keys() >= {"class", "id"}


def test_an_address_that_is_none_is_taken_away_and_others_stay():
    links = b'<a href="http://[]/x">1</a><a href="http://]/">2</a><a href="http://[::1]/">3</a><a href="/a[1]">4</a>'
    page = tree(HtmlResponse("https://example.org/", body=links))

    assert page.css("a::attr(href)").getall() == ["http://[::1]/", "/a[1]"]


def test_what_is_taken_out_takes_along_what_held_nothing_else():
    page = body('<p><span class="n">12</span></p><p>A <span class="n">13</span></p><p id="x"><i class="n">14</i></p>')
    drop(page, ".n")

    assert inner_html(page) == '<p>A </p><p id="x"></p>'


def test_half_a_character_that_json_holds_costs_no_text():
    assert words(piece("<p>A \ud83d tide\x00.</p>")) == "A tide."
    assert paragraphs_of("A \ud83d tide.") == "A tide."
