"""The file: in the order and with the names that e-readers go by."""

from __future__ import annotations

import io
import re
import time
from zipfile import ZIP_STORED, ZipFile

import pytest

from ingestion.export import epub
from ingestion.export.wish import Wish
from ingestion.pictures import kinds
from tests.export.books import SITE, book, leaf, made, read, text, written
from tests.sites import art
from tests.sites.samples import make_novel

COVER, MAP = art.png(1), art.png(2)
PICTURES = {f"{SITE}/cover.png": COVER, f"{SITE}/map.png": MAP}


def test_the_media_type_comes_first_and_plain_and_the_same_book_is_the_same_file():
    file = made(["<p>x</p>"])
    first = ZipFile(io.BytesIO(file)).infolist()[0]

    assert (first.filename, first.compress_type, first.extra) == ("mimetype", ZIP_STORED, b"")
    assert file[38:58] == b"application/epub+zip"
    assert file == made(["<p>x</p>"])


def test_chapters_keep_their_files_and_ids_when_the_book_grows_and_they_move():
    leaves = [leaf(5, 1), leaf(3, 2)]
    grown = [leaf(8, 1), leaf(3, 2), leaf(5, 3), leaf(9, 4)]
    before, after = (written(book(some), [text(f"<p>{one.id}</p>") for one in some]) for some in (leaves, grown))

    for id in (3, 5):
        assert f'<item id="c{id}" href="c{id}.xhtml"' in read(before, "package.opf")
        assert f'<item id="c{id}" href="c{id}.xhtml"' in read(after, "package.opf")
        assert f"<p>{id}</p>" in read(after, f"c{id}.xhtml")
    assert re.findall('idref="(.*?)"', read(after, "package.opf")) == ["title", "c8", "c3", "c5", "c9"]


def test_the_contents_list_chapters_below_their_volumes():
    some = [leaf(1, 1), leaf(2, 2, volume="I & II"), leaf(3, 3, volume="I & II", title=" ")]
    nav = read(written(book(some), [text("<p>x</p>")] * 3), "nav.xhtml")

    assert re.findall(r"<ol>|</ol>|>([^<>]+)</a>", nav)[:-4] == [
        "",
        "The 1. chapter",
        "I &amp; II",
        "",
        "The 2. chapter",
        "Chapter 3",
        "",
        "",
    ]


def test_missing_chapters_are_left_out_and_told_of():
    some = [leaf(1, 1), *(leaf(n, n, missing=True, title=f"Lost {n}") for n in range(2, 25))]
    file = written(book(some), [text("<p>x</p>")])

    assert "Missing, since they could not be had from their site: 23</p>" in read(file, "title.xhtml")
    assert "<li>Lost 2</li>" in read(file, "title.xhtml")
    assert "<li>and 3 more</li>" in read(file, "title.xhtml")
    assert "Lost" not in read(file, "nav.xhtml")


def test_pictures_are_inside_once_and_the_cover_is_one():
    shown = f'<img src="{SITE}/map.png" alt="a map"><img src="{SITE}/gone.png" alt="a face">'
    file = made([shown, shown], PICTURES, cover=kinds.name(COVER))
    names = ZipFile(io.BytesIO(file)).namelist()

    assert sorted(name for name in names if name.endswith(".png")) == sorted(
        f"EPUB/p{kinds.name(p)}" for p in (COVER, MAP)
    )
    assert re.search(f'<img .*"p{kinds.name(MAP)}".*/><span>a face</span>', read(file, "c2.xhtml"))
    assert f'href="p{kinds.name(COVER)}" media-type="image/png" properties="cover-image"' in read(file, "package.opf")
    assert f'<img src="p{kinds.name(COVER)}"' in read(file, "cover.xhtml")


def test_a_cover_that_is_no_whole_picture_is_left_out():
    file = made(["<p>x</p>"], {f"{SITE}/cover.png": COVER[:20]}, cover=kinds.name(COVER[:20]))

    assert "cover" not in read(file, "package.opf")


def test_a_link_to_another_chapter_stays_in_the_book():
    file = made([f'<a href="{SITE}/2#part">on</a><a href="{SITE}/3">out</a>', "<p>x</p>"])

    assert '<a href="c2.xhtml">on</a><a href="http://site.example/3">out</a>' in read(file, "c1.xhtml")


def test_the_notes_stand_around_the_text():
    file = written(book([leaf(1, 1)]), [text("<p>x</p>", "<p>before</p>", "<p>after</p>")])

    assert [*re.findall("<p>(.*?)</p>", read(file, "c1.xhtml"))] == ["before", "x", "after"]
    assert read(file, "c1.xhtml").count('<div class="note">') == 2


def test_the_package_says_what_catalogues_ask_for():
    about = {"authors": ("A & B", "C"), "tags": ("Fantasy",), "description": "One.\n\nTwo.", "language": "ar"}
    package = read(made(["<p>x</p>"], wish=Wish(novel_id=7, volumes=("Book 2",)), **about), "package.opf")

    for said in (
        "<dc:creator>A &amp; B</dc:creator>\n<dc:creator>C</dc:creator>",
        "<dc:language>ar</dc:language>",
        "<dc:subject>Fantasy</dc:subject>",
        "<dc:description>One. Two.</dc:description>",
        "<dc:source>http://site.example/novel</dc:source>",
        'id="series">The Lamp on the Weir</meta>',
        '"group-position">2</meta>',
        '"dcterms:modified">2026-05-04T12:30:00Z</meta>',
        '<spine page-progression-direction="rtl">',
    ):
        assert said in package


@pytest.mark.long
def test_two_thousand_chapters_take_less_than_three_seconds():
    contents = [text(chapter.content * 2) for chapter in make_novel(chapters=2000).chapters]
    whole = book([leaf(number, number) for number in range(1, 2001)])
    begun = time.process_time()
    epub.write(io.BytesIO(), whole, zip(whole.readable, contents, strict=True), {}.get)

    assert time.process_time() - begun < 3
