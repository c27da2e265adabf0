"""The generic spider's way from one page of an index to all of them in order, and what it says of a page that is none."""

from __future__ import annotations

import pytest

from ingestion.errors import NotFound, UnsupportedSite
from ingestion.items import Chapter, ChapterLink, Hole, IndexPage, ParsedChapter
from spiders.generic import Generic
from tests.spiders.written import PROSE, URL, items, page


def index(body: str, url: str = URL) -> IndexPage:
    return Generic().chapters(page(body, url))


LIST = f"<ul>{items(1, 2, 3)}</ul>"
FALLING = f"<ul>{items(9, 8, 7)}</ul>"


@pytest.mark.parametrize(
    ("paging", "found"),
    [
        ("<a href='?page=2'>2</a> <a href='?page=3'>3</a> … <a href='?page=6'>6</a>", [f"?page={n}" for n in range(2, 7)]),
        ("<a href='?page=2'>[2]</a> <a href='?page=4'>Last »</a>", ["?page=2", "?page=3", "?page=4"]),
        ("<a href='?page=2'>Next</a>", ["?page=2"]),
        ("<a href='page/2/'>2</a><a href='page/3/'>3</a>", ["page/2/", "page/3/"]),
        ("<a href='?sort=asc&page=2'>2</a>", []),  # another order of the same list
        ("<a href='reviews?page=2'>2</a><a href='reviews?page=3'>3</a>", []),
        ("<a href='more.html'>Next page</a>", ["more.html"]),
        ("<a rel='next' href='more.html'>more</a>", ["more.html"]),
        ("<a href='newer.html'>Newer chapters</a><a href='older.html'>Older chapters</a>", ["newer.html"]),
        ("<a href='chapter-1'>Next</a>", []),  # leads to a chapter
    ],
)  # fmt: skip
def test_the_further_pages_of_an_index_are_found_in_order(paging: str, found: list[str]):
    assert index(LIST + paging).further == tuple(URL + one for one in found)


def test_a_list_that_begins_with_the_newest_goes_on_with_older_ones():
    found = index(f"{FALLING}<a href='b.html'>Newer posts</a> <a href='c.html'>← Older posts</a>")

    assert (found.newest_first, found.further) == (True, (f"{URL}c.html",))
    assert [link.key for link in found.links] == ["chapter-7", "chapter-8", "chapter-9"]


def test_a_later_page_names_the_first_and_only_the_pages_after_itself():
    found = index(f"{LIST}<a href='{URL}'>1</a> 3 <a href='?page=2'>2</a><a href='?page=4'>4</a>", f"{URL}?page=3")
    named = index(f"{LIST}<a href='?page=1'>1</a> 3 <a href='?page=4'>4</a>", f"{URL}?page=3")

    assert (found.further, found.index_url) == ((f"{URL}?page=4",), None)
    assert (named.further, named.index_url) == ((f"{URL}?page=4",), f"{URL}?page=1")


def test_all_pages_of_an_index_are_the_same_novel():
    keys = {Generic().novel(page(LIST, url)).key for url in (URL, f"{URL}?page=1", f"{URL}page/2/")}

    assert keys == {"serial.example/novel"}


def test_page_numbers_are_no_chapters_even_where_they_are_more():
    paging = "".join(f"<a href='?page={n}'>{n}</a>" for n in range(2, 30))

    assert [link.key for link in index(f"<ul>{items(30, 31)}</ul><div>{paging}</div>").links] == ["chapter-30", "chapter-31"]  # fmt: skip


@pytest.mark.parametrize("order", [(1, -1), (0, 1)])
def test_dates_tell_the_order_where_names_carry_no_numbers(order: tuple[int, int]):
    rows = [
        f"<li><a href='{n}'>{name}</a> <time datetime='2024-0{n}-01'>then</time></li>"
        for n, name in enumerate(("Rope", "Salt", "Low Bridge"), start=1)
    ]
    found = index(f"<h2>Chapters</h2><ul>{''.join(rows[:: order[1]])}</ul>")

    assert [link.title for link in found.links] == ["Rope", "Salt", "Low Bridge"]
    assert found.newest_first is (order[1] < 0)


@pytest.mark.parametrize("around", ["<h2>Table of Contents</h2>{}", "<div class='chapter-list'>{}</div>", "<div id='toc'>{}</div>"])  # fmt: skip
def test_a_list_that_the_page_calls_its_contents_needs_no_numbers(around: str):
    names = "".join(f"<li><a href='{name.lower()}'>{name}</a></li>" for name in ("Rope", "Salt", "Weir", "Heron"))
    others = "".join(f"<li><a href='/n/{name}'>{name}</a></li>" for name in ("Moon", "Blade", "Rebirth", "Sect", "Dao"))

    assert [link.title for link in index(f"<section><ul>{others}</ul></section>{around.format(f'<ul>{names}</ul>')}").links] == [
        "Rope", "Salt", "Weir", "Heron"
    ]  # fmt: skip


def test_an_entry_that_hangs_otherwise_than_the_others_is_one_of_them():
    rows = "".join(
        f"<tr><td><a href='{n}'>Chapter {n}</a></td><td><a href='/u/{n}'>reader</a></td></tr>" for n in (1, 2, 3)
    )
    new = "<tr><td><b><a href='4'>Chapter 4</a></b> new!</td><td><a href='/u/4'>reader</a></td></tr>"

    assert [link.title for link in index(f"<table>{rows}{new}</table>").links] == [f"Chapter {n}" for n in (1, 2, 3, 4)]


@pytest.mark.parametrize("latest_first", [True, False])
def test_chapters_listed_twice_among_the_latest_stand_in_their_place(*, latest_first: bool):
    entry = "<dd><a href='{0}.html'>第{0}章 雨</a></dd>"
    latest = "<dt>最新章节</dt>" + "".join(entry.format(n) for n in range(30, 21, -1))
    everything = "<dt>正文</dt>" + "".join(entry.format(n) for n in range(1, 31))
    found = index(f"<dl>{latest}{everything}</dl>" if latest_first else f"<dl>{everything}{latest}</dl>")

    assert [link.key for link in found.links] == [f"{n}.html" for n in range(1, 31)]


def test_a_button_beside_each_entry_does_not_name_it():
    rows = "".join(f"<li><a href='{n}'>Chapter {n}</a> <a href='{n}'>Read now</a></li>" for n in (1, 2, 3))

    assert [link.title for link in index(f"<ul>{rows}</ul>").links] == ["Chapter 1", "Chapter 2", "Chapter 3"]


def test_one_chapter_is_a_list_where_the_page_calls_it_so():
    found = index("<h1>The Weir</h1><div id='chapters'><div><a href='1'>Chapter 1</a></div></div>")

    assert [link.title for link in found.links] == ["Chapter 1"]


def test_a_tag_cloud_with_counts_is_no_list_of_chapters():
    cloud = "".join(f"<a href='/shelf/{n}'>tag{'x' * n} ({n * 37 % 101})</a> " for n in range(60))

    assert len(index(f"<div>{cloud}</div><ul>{items(*range(1, 25))}</ul>").links) == 24


def test_a_chapter_in_the_middle_of_a_chain_names_its_first():
    steps = "<a href='1'>First chapter</a> <a href='4'>Prev</a> <a href='6'>Next</a>"
    found = index(f"<h1>Chapter 5</h1>{PROSE}<p>{steps}</p>", f"{URL}5")

    assert (found.index_url, found.further, found.is_chain(f"{URL}5")) == (f"{URL}1", (f"{URL}6",), True)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (f"<h1>About us</h1>{PROSE}", "nothing on it looks like a list of chapters; no link leads to a next chapter. Post"),
        (PROSE, "no title is named"),
        ("<h1>Shop</h1><a href='2'>Next</a>", "it holds no text that looks like a chapter"),
        ("<h1>A</h1><ul><li><a href='about'>About</a><li><a href='ch-1'>One</a></ul>", "of the 2 links that may be chapters, 1 carry"),
    ],
)  # fmt: skip
def test_a_page_without_enough_signs_is_unsupported_and_says_what_it_lacks(body: str, sentence: str):
    with pytest.raises(UnsupportedSite, match=sentence):
        index(body)


def test_an_index_that_is_no_longer_there_is_not_found():
    with pytest.raises(NotFound, match="novel has been removed"):
        index("<h1>Sorry</h1><p>This novel has been removed by its author.</p>")


def _parsed(*contents: str | None) -> tuple[ParsedChapter, ...]:
    hole = Hole(kind="parse", reason="no text", final=False)
    links = [ChapterLink(key=str(n), url=f"{URL}{n}", title=str(n)) for n in range(len(contents))]
    return tuple(
        ParsedChapter(link=link, position=n, chapter=Chapter(content=content) if content else None, hole=None if content else hole)
        for n, (link, content) in enumerate(zip(links, contents, strict=True), start=1)
    )  # fmt: skip


def test_a_list_whose_pages_mostly_hold_no_text_is_unsupported():
    with pytest.raises(UnsupportedSite, match="2 of the 3 pages that were taken for chapters hold no text"):
        Generic().review(_parsed("<p>One.</p>", None, None))


def test_a_list_with_a_page_that_holds_no_text_is_kept_with_its_hole():
    chapters = _parsed("<p>One.</p>", "<p>Two.</p>", None)

    assert Generic().review(chapters) == chapters
