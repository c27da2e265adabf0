"""What the generic spider makes of what a page says of its novel."""

from __future__ import annotations

import pytest

from ingestion.items import Novel, Publication
from spiders.generic import Generic
from tests.spiders.written import PROSE, URL, items, page

LIST = f"<ul>{items(1, 2, 3)}</ul>"


def novel(head: str = "", body: str = "", url: str = URL) -> Novel:
    return Generic().novel(page(body + LIST, url, head))


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("<title>The Weir | Inkwell</title>", ""),
        ("<title>The Weir - Inkwell</title>", ""),
        ("<title>The Weir – Chapters – Inkwell</title>", ""),
        ("<title>Table of Contents: The Weir</title>", "<h1>The Weir</h1>"),
        ("<title>Inkwell » The Weir</title><meta property='og:site_name' content='Inkwell'>", ""),
        ("<title>Serial - The Weir</title>", ""),  # serial.example is the site
        ("<title>Read free</title>", "<h1>Category: The Weir</h1>"),
        ("<meta property='og:title' content='The Weir | Inkwell'><meta property='og:site_name' content='Inkwell'>", ""),
        ("<meta property='og:novel:book_name' content='The Weir'><meta property='og:title' content='Free! The Weir!'>", ""),
        ("<meta name='DCTERMS.title' content='The Weir'>", "<h1>Contents</h1>"),
        ('<script type="application/ld+json">{"@graph": [{"@type": "WebPage"}, {"@type": "Book", "name": "The Weir"}]}</script>', ""),
    ],
)  # fmt: skip
def test_the_title_is_the_novel_s_alone(head: str, body: str):
    assert novel(head, body).title == "The Weir"


@pytest.mark.parametrize(
    ("title", "heading"),
    [
        ("Chapter 3 – The Weir – Inkwell", "Chapter 3"),
        ("Chapter 3: Rope | The Weir | Inkwell", "Chapter 3: Rope"),
        ("The Weir - Chapter 3 - Rope", "Chapter 3 - Rope"),
        ("Rope - The Weir - Inkwell", "Rope"),
        ("The Weir: Chapter 3", "Chapter 3"),
    ],
)
def test_a_chapter_s_page_names_the_novel_beside_itself(title: str, heading: str):
    body = f"<h1>{heading}</h1>{PROSE}<a href='4'>Next</a>"
    found = Generic().novel(page(body, f"{URL}3", f"<title>{title}</title>"))

    assert found.title == "The Weir"


def test_a_chapter_s_data_names_the_novel_that_it_is_part_of():
    data = '{"@type": "Chapter", "name": "Rope", "isPartOf": {"@type": "Book", "name": "The Weir", "author": "W. Example"}}'
    head = f'<script type="application/ld+json">{data}</script>'
    found = Generic().novel(page(f"<h1>Rope</h1>{PROSE}<a href='4'>Next</a>", f"{URL}3", head))

    assert (found.title, found.authors) == ("The Weir", ("W. Example",))


def test_a_title_with_a_dash_of_its_own_stays_whole():
    assert novel("<title>The Weir - A Story</title>", "<h1>The Weir - A Story</h1>").title == "The Weir - A Story"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("<p>Status: Ongoing</p>", Publication.ONGOING),
        ("<dl><dt>Status</dt><dd>Completed</dd></dl>", Publication.COMPLETED),
        ("<table><tr><th>Status:</th><td>Hiatus</td></tr></table>", Publication.HIATUS),
        ("<p><b>Status:</b> Dropped</p>", Publication.DROPPED),
        ("<span>Estado: Finalizada</span>", Publication.COMPLETED),
        ("<li>状态：已完结</li>", Publication.COMPLETED),
        ("<p>Статус: заморожен</p>", Publication.HIATUS),
        ("<p>Status quo ante</p>", None),
        ("<p>The war was completed.</p>", None),
    ],
)
def test_a_labelled_status_is_read_in_the_words_of_many_sites(said: str, status: Publication | None):
    assert novel(body=said).status is status


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("", "<p>by W. Example</p>"),
        ("", "<p>Author: <a href='/u/1'>W. Example</a></p>"),
        ("", "<dl><dt>Author</dt><dd>W. Example</dd></dl>"),
        ("", "<p>作者：W. Example</p>"),
        ("", "<p>Автор: W. Example</p>"),
        ("<meta property='og:novel:author' content='W. Example'>", ""),
        ("<meta property='books:author' content='W. Example'>", ""),
        ('<script type="application/ld+json">{"@type": "Book", "name": "N", "author": [{"name": "W. Example"}]}</script>', ""),
    ],
)  # fmt: skip
def test_the_author_is_found_where_sites_put_one(head: str, body: str):
    assert novel(head, body).authors == ("W. Example",)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("<meta property='og:image' content='/c.png'>", ""),
        ("<link rel='image_src' href='/c.png'>", ""),
        ("", "<div class='book-cover'><img src='/c.png'></div>"),
        ("", "<img class='Cover' src='/c.png'>"),
        ("", "<img itemprop='image' src='/c.png'>"),
    ],
)
def test_the_cover_is_found_where_sites_put_one(head: str, body: str):
    assert novel(head, f"<img src='/logo.png'>{body}").cover_url == "https://serial.example/c.png"


@pytest.mark.parametrize(
    ("markup", "language"),
    [
        ("<html lang='pt-BR'><head></head>", "pt-BR"),
        ("<html><head><meta http-equiv='Content-Language' content='ru'></head>", "ru"),
        ("<html><head><meta property='og:locale' content='en_GB'></head>", "en-GB"),
        ("<html><head><meta name='DC.language' content='ja'></head>", "ja"),
        (
            '<html><head><script type="application/ld+json">{"@type": "Book", "name": "N", "inLanguage": "fr"}</script></head>',
            "fr",
        ),
        ("<html><head></head>", None),
    ],
)
def test_the_language_is_what_the_page_declares(markup: str, language: str | None):
    assert Generic().novel(page(f"{markup}<body>{LIST}</body></html>".encode())).language == language


def test_confidence_falls_where_the_page_names_no_title():
    assert novel().confidence < novel("<title>The Weir</title>").confidence


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
