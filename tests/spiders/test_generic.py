"""The generic spider on lists of chapters in many shapes."""

from __future__ import annotations

import contextlib

import pytest

from ingestion.errors import Blocked, IngestionError, UnsupportedSite
from ingestion.items import Matter
from spiders.generic import Generic
from tests.spiders.written import PROSE, URL, items, page


def listed(body: str, url: str = URL) -> list[tuple[str, str]]:
    return [(link.key, link.title) for link in Generic().chapters(page(body, url)).links]


def test_a_list_is_read_in_its_order_with_keys_from_the_addresses():
    assert listed(f"<ol>{items(1, 2, 3)}</ol>") == [
        ("chapter-1", "Chapter 1"),
        ("chapter-2", "Chapter 2"),
        ("chapter-3", "Chapter 3"),
    ]


def test_a_list_with_its_newest_chapter_first_is_turned_round():
    assert [key for key, _ in listed(f"<ul>{items(12, 11, 10, 9)}</ul>")] == [f"chapter-{n}" for n in (9, 10, 11, 12)]


def test_a_list_is_not_turned_round_for_a_title_without_a_number_beside_one_with():
    links = '<li><a href="307.html">Salt</a></li><li><a href="314.html">2. Slack Water</a></li>'

    assert [key for key, _ in listed(f"<ol>{links}</ol>")] == ["307.html", "314.html"]


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


@pytest.mark.parametrize("cut", range(0, 900, 37))
def test_a_page_cut_short_fails_in_no_other_way_than_our_own(cut: int):
    whole = page(f"<nav><a href='2'>Next</a></nav><h1>T</h1><ul>{items(1, 2, 3)}</ul><article>{PROSE}</article>").body
    spider, broken = Generic(), page(whole[:cut])
    for method in (spider.novel, spider.chapters, spider.chapter):
        with contextlib.suppress(IngestionError):
            method(broken)


@pytest.mark.parametrize("sign", ["\x00", "\x01", "\x0b", "&#1;", "&#x1F;", "&#8", "\ufffe", "&#xFFFE;"])
def test_a_character_that_no_page_may_hold_costs_nothing_but_itself(sign: str):
    steps = f"<p>{sign} <a href='0'>Prev</a> {sign} <a href='2'>Next</a>{sign}</p>"
    found = page(f"<h1>I{sign}</h1><div>{PROSE}{sign}<script>1</script>{sign}</div>{steps}", f"{URL}1")

    assert Generic().chapters(found).further == (f"{URL}2",)
    assert Generic().chapter(found).content == PROSE


@pytest.mark.parametrize("reference", ["&#128;", "&#x1F4;", "&#19968;", "&#x80;"])
def test_a_reference_to_a_character_that_a_page_may_hold_is_kept(reference: str):
    text = Generic().chapter(page(f"<h1>I</h1><div>{PROSE}<p>{reference}</p></div>", f"{URL}1")).content

    assert text != f"{PROSE}<p></p>"
