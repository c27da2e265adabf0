"""Project Gutenberg: recorded files of today and of 2008, and a made-up novel as a mirror would have it."""

from __future__ import annotations

import pytest
from scrapy.http import HtmlResponse, TextResponse

from ingestion.errors import Blocked, NotFound, ParseError, RobotsDisallowed, UnsupportedSite
from ingestion.items import Matter
from spiders.gutenberg import Gutenberg
from tests.sites import gutenberg as site
from tests.sites.samples import make_novel
from tests.spiders.recorded import response

ROOT = "https://mirror.example/pub/gutenberg"
BOOK = f"{ROOT}/9/0/2/1/90210/90210-h/90210-h.htm"


@pytest.mark.parametrize(
    ("tail", "file"),
    [
        ("/9/0/2/1/90210", "/9/0/2/1/90210/90210-h/90210-h.htm"),
        ("/9/0/2/1/90210/", "/9/0/2/1/90210/90210-h/90210-h.htm"),
        ("/9/0/2/1/90210/90210-0.txt", "/9/0/2/1/90210/90210-h/90210-h.htm"),
        ("/9/0/2/1/90210/90210-h/90210-h.htm?utm_source=mail#chap3", "/9/0/2/1/90210/90210-h/90210-h.htm"),
        ("/files/90210/90210-h.zip", "/9/0/2/1/90210/90210-h/90210-h.htm"),
        ("/ebooks/90210.epub.images", "/9/0/2/1/90210/90210-h/90210-h.htm"),
        ("/ebooks/7", "/0/7/7-h/7-h.htm"),
        ("/files/90210/90210-h/90210-h.htm", "/files/90210/90210-h/90210-h.htm"),
        ("/cache/epub/90210/pg90210.epub", "/cache/epub/90210/pg90210-images.html"),
        ("/cache/epub/90210/pg90210-images.html#chap3", "/cache/epub/90210/pg90210-images.html"),
        ("/MIRRORS.ALL", "/MIRRORS.ALL"),
    ],
)
def test_every_address_of_a_book_on_a_mirror_leads_to_an_html_file_there(tail: str, file: str):
    assert Gutenberg.index_url(ROOT + tail) == Gutenberg.index_url(ROOT + file) == ROOT + file


def test_a_copy_of_the_site_stays_on_its_own_host():
    assert Gutenberg.index_url("http://127.0.0.1:8123/1/11/") == "http://127.0.0.1:8123/1/11/11-h/11-h.htm"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.gutenberg.org/ebooks/90210",
        "http://gutenberg.org/files/90210/90210-h/90210-h.htm",
        "https://m.gutenberg.org/cache/epub/90210/pg90210-images.html",
        "http://www.gutenberg.net/etext/90210",
    ],
)
def test_the_main_site_is_not_asked_and_the_user_is_told_what_to_do(url: str):
    with pytest.raises(RobotsDisallowed, match=r"SITE_ALIASES=<its host>=gutenberg.*https://<its host>/1/3/4/1342/"):
        Gutenberg.index_url(url)


def test_a_mirror_of_the_project_s_own_is_a_mirror():
    assert Gutenberg.index_url("https://aleph.gutenberg.org/1/11/").startswith("https://aleph.gutenberg.org/")


def test_nothing_of_the_licence_the_page_numbers_and_what_is_hidden_is_left():
    spider, page = Gutenberg(), response("gutenberg/book.html", BOOK)

    text = " ".join(spider.chapter(page.replace(url=link.url)).content for link in spider.chapters(page).links)

    assert not [word for word in ("Gutenberg", "LICENSE", "Pg 3", "Nobody reads") if word in text]
    assert "Or by the hour." in text


def test_a_chapter_keeps_its_key_when_another_is_put_before_it():
    spider, page = Gutenberg(), response("gutenberg/book.html", BOOK)
    grown = page.replace(
        body=page.body.replace(b"<h2>BOOK TWO", b'<h3 id="new">CHAPTER III.</h3><p>New.</p><h2>BOOK TWO')
    )

    before, after = ([link.key for link in spider.chapters(one).links] for one in (page, grown))

    assert [key for key in after if key != "new"] == before


def test_chapters_below_headings_that_hold_other_things_are_found():
    chapters = "".join(f"<h3>Chapter {n}</h3><p>Text {n}.</p>" for n in range(1, 7))
    page = _book(f"<h1>Salt</h1><h2>Preface</h2><p>Why.</p><h2>The Story</h2>{chapters}")

    links = Gutenberg().chapters(page).links

    assert [link.title for link in links] == ["Preface", *(f"Chapter {n}" for n in range(1, 7))]
    assert [link.matter for link in links][:2] == [Matter.FRONT, Matter.BODY]


def test_a_book_without_headings_is_one_chapter_under_its_own_name():
    spider, page = Gutenberg(), _book("<h1>Salt</h1><p>Once, and only once.</p>")

    (link,) = spider.chapters(page).links

    assert (link.title, link.matter) == ("Salt", Matter.BODY)
    assert "Once, and only once." in spider.chapter(page.replace(url=link.url)).content


def test_a_long_text_before_the_first_heading_is_kept_as_front_matter():
    page = _book(f"<h1>Salt</h1><p>{'To the reader. ' * 60}</p><h2>I</h2><p>One.</p><h2>II</h2><p>Two.</p>")

    links = Gutenberg().chapters(page).links

    assert [(link.title, link.matter) for link in links] == [
        ("Salt", Matter.FRONT),
        ("I", Matter.BODY),
        ("II", Matter.BODY),
    ]


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
def test_a_file_that_breaks_off_is_a_parse_error(method: str):
    body = b"<p>*** START OF THE PROJECT GUTENBERG EBOOK SALT ***</p><h2>I</h2><p>One.</p><h2>II</h2><p>Tw"

    with pytest.raises(ParseError, match="breaks off"):
        getattr(Gutenberg(), method)(HtmlResponse(BOOK, body=body, encoding="utf-8"))


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
def test_a_list_of_files_is_no_book(method: str):
    page = HtmlResponse(BOOK, body=b"<h1>Index of /9/0/2/1/90210</h1><pre>90210-h.htm</pre>", encoding="utf-8")

    with pytest.raises(UnsupportedSite, match=r"1342-h\.htm"):
        getattr(Gutenberg(), method)(page)


def test_a_plain_text_is_no_html():
    with pytest.raises(UnsupportedSite, match="not HTML"):
        Gutenberg().chapters(TextResponse(BOOK, body=b"*** START OF THE PROJECT GUTENBERG EBOOK", encoding="utf-8"))


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
def test_a_missing_file_is_not_found(method: str):
    with pytest.raises(NotFound, match="90210"):
        getattr(Gutenberg(), method)(response("gutenberg/book.html", BOOK, status=404))


@pytest.mark.parametrize("method", ["novel", "chapters", "chapter"])
def test_a_challenge_is_blocked(method: str):
    with pytest.raises(Blocked):
        getattr(Gutenberg(), method)(response("royalroad/challenge.html", BOOK))


@pytest.mark.parametrize("text", ["", "<h2>I</h2><h2>II</h2>"])
def test_a_book_without_a_text_is_a_parse_error(text: str):
    with pytest.raises(ParseError, match="without a text"):
        Gutenberg().chapters(_book(text))


def test_a_fragment_of_no_chapter_is_a_parse_error():
    with pytest.raises(ParseError, match="names no chapter"):
        Gutenberg().chapter(response("gutenberg/book.html", f"{BOOK}#Page_3"))


@pytest.mark.parametrize("modern", [True, False])
def test_a_made_up_novel_is_read_as_it_was_written(*, modern: bool):
    novel, spider = make_novel(chapters=7), Gutenberg()
    page = HtmlResponse(f"{ROOT}{site.start(novel)}", body=site.render(novel, modern=modern)[site.start(novel)].content)
    told, links = spider.novel(page), spider.chapters(page).links

    texts = [spider.chapter(page.replace(url=link.url)).content for link in links]

    assert (told.key, told.title, told.authors) == (novel.key, novel.title, (novel.author,))
    assert [(link.key, link.title) for link in links] == [(site.anchor_of(c), c.title) for c in novel.chapters]
    assert [link.volume for link in links] == [c.volume if modern else None for c in novel.chapters]
    for text, chapter in zip(texts, novel.chapters, strict=True):
        assert chapter.content.replace("\n", "") in text.replace("\n", "")


def _book(text: str) -> HtmlResponse:
    start, end = (f"<p>*** {word} OF THE PROJECT GUTENBERG EBOOK SALT ***</p>" for word in ("START", "END"))
    body = f"<title>Salt</title>{start}{text}{end}"
    return HtmlResponse(BOOK, body=body.encode(), encoding="utf-8")
