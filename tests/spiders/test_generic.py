"""The generic spider on sites in many dresses."""

from __future__ import annotations

import contextlib

import pytest
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from ingestion.errors import Blocked, IngestionError, ParseError, UnsupportedSite
from ingestion.items import Matter
from ingestion.sanitize import text
from spiders.generic import Generic

URL = "https://serial.example/novel/"
PROSE = "<p>The ferry waited at the low bank until the bells had stopped, and nobody came.</p>" * 6


def page(body: str | bytes, url: str = URL, head: str = "", content_type: str = "text/html; charset=utf-8") -> Response:
    if isinstance(body, str):
        body = f"<!doctype html><html lang='en'><head>{head}</head><body>{body}</body></html>".encode()
    headers = {b"Content-Type": content_type.encode()}
    return responsetypes.from_args(headers=headers, url=url, body=body)(url=url, headers=headers, body=body)


def listed(body: str, url: str = URL) -> list[tuple[str, str]]:
    return [(link.key, link.title) for link in Generic().chapters(page(body, url)).links]


def items(*numbers: float | str) -> str:
    return "".join(f'<li><a href="chapter-{n}">Chapter {n}</a></li>' for n in numbers)


def chapter(body: str, **options: str) -> str:
    return Generic().chapter(page(body, f"{URL}chapter-1", **options)).content


# The index ---------------------------------------------------------------------------------------------------------------


def test_a_list_is_read_in_its_order_with_keys_from_the_addresses():
    assert listed(f"<ol>{items(1, 2, 3)}</ol>") == [
        ("chapter-1", "Chapter 1"),
        ("chapter-2", "Chapter 2"),
        ("chapter-3", "Chapter 3"),
    ]


def test_a_list_with_its_newest_chapter_first_is_turned_round():
    assert [key for key, _ in listed(f"<ul>{items(12, 11, 10, 9)}</ul>")] == [f"chapter-{n}" for n in (9, 10, 11, 12)]


def test_numbers_between_numbers_keep_their_place():
    assert [title for _, title in listed(f"<ul>{items('11', '12', '12.5', '12b', '13')}</ul>")] == [
        f"Chapter {n}" for n in ("11", "12", "12.5", "12b", "13")
    ]


def test_menus_and_sidebars_beside_the_list_are_left_out():
    menu = "".join(f'<li><a href="/menu-{n}">Menu item {n}</a></li>' for n in range(30))
    aside = "".join(f'<li><a href="/recent-{n}">Recent post {n}</a></li>' for n in range(10))
    body = f"<nav><ul>{menu}</ul></nav><aside><ul>{aside}</ul></aside><main><ul class='chapters'>{items(1, 2, 3)}</ul></main>"

    assert [key for key, _ in listed(body)] == ["chapter-1", "chapter-2", "chapter-3"]


def test_a_table_gives_its_chapters_and_not_what_stands_beside_them():
    rows = "".join(
        f'<tr><td><a href="ch/{n}">Chapter {n}</a></td><td><a href="/user/{n}">Reader</a></td><td>2025</td></tr>'
        for n in (3, 2, 1)
    )

    assert [key for key, _ in listed(f"<table><tbody>{rows}</tbody></table>")] == ["ch/1", "ch/2", "ch/3"]


def test_nested_parts_become_volumes_and_a_prologue_beside_them_is_kept():
    body = f"""<ol><li><a href="prologue">Prologue</a></li>
        <li><a href="part-1">Part One: Water</a><ol>{items(1, 2, 3)}</ol></li>
        <li><a href="part-2">Part Two: Stone</a><ol>{items(4, 5, 6)}</ol></li>
        <li><a href="epilogue">Epilogue</a></li></ol>"""
    links = Generic().chapters(page(body)).links

    assert [link.title for link in links] == ["Prologue", *(f"Chapter {n}" for n in range(1, 7)), "Epilogue"]
    assert [link.volume for link in links] == [None, *["Part One: Water"] * 3, *["Part Two: Stone"] * 3, None]
    assert {link.matter for link in links} == {Matter.BODY}


def test_headings_between_lists_become_volumes():
    body = f"<h1>N</h1><div><h2>Book One</h2><ul>{items(1, 2)}</ul><h2>Book Two</h2><ul>{items(3, 4)}</ul></div>"

    links = Generic().chapters(page(body)).links
    assert [link.volume for link in links] == ["Book One", "Book One", "Book Two", "Book Two"]


def test_a_preface_and_an_afterword_are_marked_and_a_title_page_is_no_chapter():
    body = f"""<ol><li><a href="titlepage">Title page</a></li><li><a href="preface">Preface</a></li>
        <li>The Book<ol>{items(1, 2, 3)}</ol></li><li><a href="afterword">Afterword</a></li>
        <li><a href="colophon">Colophon</a></li></ol>"""
    links = Generic().chapters(page(body)).links

    assert [(link.title, link.matter) for link in links if link.matter is not Matter.BODY] == [
        ("Preface", Matter.FRONT),
        ("Afterword", Matter.BACK),
    ]
    assert len(links) == 5


def test_further_pages_of_an_index_are_followed():
    body = f"<ul>{items(1, 2, 3)}</ul><div class='pagination'><a href='?page=2'>2</a> <a href='?page=2'>Next</a></div>"

    assert Generic().chapters(page(body)).further == (f"{URL}?page=2",)


def test_a_link_that_the_page_hides_is_never_followed():
    head = "<style>.trap { display: none }</style>"
    body = f"<ul>{items(1, 2)}<li class='trap'><a href='chapter-666'>Chapter 666</a></li>{items(3)}</ul>"
    links = Generic().chapters(page(body, head=head)).links

    assert [link.key for link in links] == ["chapter-1", "chapter-2", "chapter-3"]


def test_links_are_resolved_against_the_page_s_base():
    head = '<base href="https://serial.example/elsewhere/">'

    links = Generic().chapters(page(f"<ul>{items(1, 2)}</ul>", head=head)).links
    assert links[0].url == "https://serial.example/elsewhere/chapter-1"


def test_two_links_to_one_page_are_one_chapter():
    body = f"<ul>{items(1, 2, 3)}{items(2)}<li><a href='chapter-3#end'>Chapter 3, the end</a></li></ul>"

    assert [key for key, _ in listed(body)] == ["chapter-1", "chapter-2", "chapter-3"]


@pytest.mark.parametrize(
    ("titles", "lang"),
    [
        (["第一章 渡し場", "第二章 鐘", "第三章 霧"], "ja"),
        (["第1章 渡口", "第2章 钟声", "第3章 雾"], "zh"),
        (["Глава 1. Паром", "Глава 2. Колокол", "Глава 3. Туман"], "ru"),
        (["Capítulo 1: La barca", "Capítulo 2: La campana", "Capítulo 3: La niebla"], "es"),
    ],
)
def test_a_list_in_another_language_is_read(titles: list[str], lang: str):
    body = "<ul>" + "".join(f'<li><a href="{n}.html">{t}</a></li>' for n, t in enumerate(titles)) + "</ul>"

    assert [title for _, title in listed(body)] == titles


def test_a_chapter_s_page_names_the_index_it_belongs_to():
    body = f"<h1>Chapter 3</h1>{PROSE}<p><a href='chapter-2'>Previous</a> <a href='./'>Contents</a></p>"

    assert Generic().chapters(page(body, f"{URL}chapter-3")).index_url == URL


def test_a_chapter_that_lists_recent_ones_is_not_taken_for_an_index():
    body = f"<h1>Chapter 3</h1>{PROSE * 5}<a rel='next' href='chapter-4'>Next</a><div><ul>{items(9, 8, 7)}</ul></div>"
    found = Generic().chapters(page(body, f"{URL}chapter-3"))

    assert found.is_chain(f"{URL}chapter-3")
    assert found.further == (f"{URL}chapter-4",)


@pytest.mark.parametrize("words", ["Next", "next chapter »", "→", "siguiente", "次へ", "下一章", "следующая"])
def test_pages_that_lead_from_one_to_the_next_are_a_chain(words: str):
    found = Generic().chapters(page(f"{PROSE}<a href='2'>{words}</a>", f"{URL}1"))

    assert found.is_chain(f"{URL}1")
    assert found.further == (f"{URL}2",)


@pytest.mark.parametrize(
    "body", ["<p>Nothing.</p>", "", "<ul><li><a href='https://other.example/chapter-1'>Chapter 1</a></ul>"]
)
def test_a_page_with_neither_a_list_nor_a_next_is_unsupported(body: str):
    with pytest.raises(UnsupportedSite, match="looks like a list of chapters"):
        Generic().chapters(page(body))


def test_what_is_no_web_page_is_unsupported_by_its_type():
    with pytest.raises(UnsupportedSite, match="application/json"):
        Generic().chapters(page(b'{"chapters": []}', content_type="application/json"))


def test_a_challenge_is_blocked():
    with pytest.raises(Blocked):
        Generic().chapters(page("<form id='challenge-form'></form>", head="<title>Just a moment...</title>"))


def test_an_index_of_five_thousand_chapters_is_read_whole():
    body = "".join(f"<h2>Book {b}</h2><ul>{items(*range(b * 100, b * 100 + 100))}</ul>" for b in range(50))
    links = Generic().chapters(page(f"<div>{body}</div>")).links

    assert (len(links), links[-1].volume) == (5000, "Book 49")


# The novel ---------------------------------------------------------------------------------------------------------------


def test_json_ld_tells_of_the_novel():
    data = (
        '{"@type": "Book", "name": "The Weir", "author": {"name": "W. Example"}, "image": "/c.png", "description": "D"}'
    )
    novel = Generic().novel(page(f"<ul>{items(1, 2)}</ul>", head=f'<script type="application/ld+json">{data}</script>'))

    assert (novel.title, novel.authors, novel.description) == ("The Weir", ("W. Example",), "D")
    assert novel.cover_url == "https://serial.example/c.png"


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="og:title" content="The Weir"><meta name="author" content="W. Example">',
        '<meta name="DC.title" content="The Weir"><meta name="DC.creator" content="W. Example">',
        '<meta property="og:site_name" content="Serials"><title>The Weir | Serials</title><meta name="Author" content="W. Example">',
        '<title>The Weir - Table of Contents</title><meta name="author" content="W. Example">',
    ],
)
def test_other_metadata_tells_of_the_novel_too(head: str):
    novel = Generic().novel(page(f"<ul>{items(1, 2)}</ul>", head=head))

    assert (novel.title, novel.authors, novel.language) == ("The Weir", ("W. Example",), "en")


def test_a_page_that_says_nothing_still_gives_a_title_and_a_byline():
    novel = Generic().novel(page(f"<p>by W. Example</p><ul>{items(1, 2)}</ul>", "https://serial.example/the-old-weir/"))

    assert (novel.title, novel.authors) == ("The Old Weir", ("W. Example",))


def test_the_identity_is_the_index_s_address_without_its_scheme():
    one, two = (
        Generic().novel(page(f"<ul>{items(1, 2)}</ul>", f"{scheme}://serial.example/n/"))
        for scheme in ("http", "https")
    )

    assert one.key == two.key == "serial.example/n"


def test_confidence_falls_where_the_list_looks_less_like_one():
    sure = Generic().novel(page(f"<ul>{items(*range(30))}</ul>")).confidence
    unsure = Generic().novel(page(f"<ul>{items(1, 2)}</ul>")).confidence

    assert 0 < unsure < sure <= 1


# The text ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "inner",
    [
        "<p>“<em>Never</em>,” she said—<strong>not</strong> ever!</p>",
        "<p><ruby>渡<rp>(</rp><rt>watari</rt><rp>)</rp></ruby> was on the sign.</p>",
        "<table><tbody><tr><th>Lock</th><td>4 &lt; 5</td></tr></tbody></table>",
        "<hr>",
        "<p>* * *</p>",
        "<blockquote><p>Keep left of the weir,<br>and low.</p></blockquote>",
        "<ol><li>Untie the bow.</li><li>Untie the stern.</li></ol>",
        "<h3>Later that night</h3>",
        '<p>The toll.<a href="#n1"><sup>1</sup></a></p><p id="n1">1. In buttons.</p>',
        '<figure><img src="map.png" alt="A map"><figcaption>The weir</figcaption></figure>',
        "<p>No.</p><p>Yes.</p><p>No!</p>",
        "<header><p>To the Keeper</p></header><p>Sir.</p><footer><p>Yours, O.</p></footer>",
    ],
)
def test_nothing_of_a_text_is_lost_whatever_it_is_made_of(inner: str):
    nav = '<nav><a href="chapter-0">Previous</a> <a href="chapter-2">Next</a></nav>'
    made = chapter(f"{nav}<article><h1>Chapter 1</h1>{PROSE}{inner}{PROSE}</article>{nav}")

    assert made.replace("\n", "") == f"{PROSE}{inner}{PROSE}"


@pytest.mark.parametrize(
    "around",
    [
        '<div class="sharedaddy"><p>Share this story with all of your friends today</p></div>',
        '<div id="comments"><h2>2 comments</h2><p>First! What a wonderful chapter this was, thank you.</p></div>',
        "<aside><p>Support me, get chapters early, and read about my other books.</p></aside>",
        '<div class="post-navigation"><a href="chapter-0">« Previous</a> | <a href="chapter-2">Next »</a></div>',
        '<p><a href="chapter-0">Previous Chapter</a> <a href="chapter-2">Next Chapter</a></p>',
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


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("windows-1251", "text/html; charset=windows-1251"), ("windows-1251", "text/html"), ("utf-8", "text/html")],
)
def test_a_page_is_read_in_the_encoding_it_declares(encoding: str, declared: str):
    meta = f'<meta charset="{encoding}">' if encoding != "utf-8" else ""
    body = f"<html><head>{meta}</head><body><article>{'<p>Паром ждал у берега, и никто не пришёл.</p>' * 9}</article></body></html>"
    found = Generic().chapter(page(body.encode(encoding), content_type=declared))

    assert "Паром ждал у берега" in found.content


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


@pytest.mark.parametrize("cut", range(0, 900, 37))
def test_a_page_cut_short_fails_in_no_other_way_than_our_own(cut: int):
    whole = page(f"<nav><a href='2'>Next</a></nav><h1>T</h1><ul>{items(1, 2, 3)}</ul><article>{PROSE}</article>").body
    spider, broken = Generic(), page(whole[:cut])
    for method in (spider.novel, spider.chapters, spider.chapter):
        with contextlib.suppress(IngestionError):
            method(broken)
