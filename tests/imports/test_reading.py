"""A file that anybody may have made costs little, fetches nothing, and is refused in a sentence where it is no EPUB."""

from __future__ import annotations

import io
import struct
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest

from ingestion.errors import IngestionError, Locked, ParseError, TooLarge
from ingestion.imports import contents, markup, reading
from ingestion.imports.archive import Archive
from ingestion.naming import LONGEST_NAME
from tests.alike import alike
from tests.conftest import configure
from tests.imports.files import ncx, package, packed, page, point

pytestmark = pytest.mark.usefixtures("environment")

ENTITIES = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
CIPHER = '<encryption><EncryptedData><EncryptionMethod Algorithm="{kind}"/></EncryptedData></encryption>'


def opened(file: bytes) -> reading.Epub:
    return reading.opened(io.BytesIO(file))


def one_page(content: str | bytes, *, href: str = "a.xhtml") -> reading.Epub:
    opf = package("", {"a": href}, ["a"])
    return opened(packed({"content.opf": opf, "a.xhtml": content}))


@pytest.mark.parametrize(
    ("file", "error", "told"),
    alike(
        (packed({"META-INF/encryption.xml": CIPHER.format(kind="aes256-cbc")}), Locked, r"locked \(DRM\)"),
        (b"PK\x03\x04 and no more", ParseError, "no EPUB, or only a part"),
        (packed({}), ParseError, "no file content.opf"),
        (packed({}, path="../../../etc/passwd"), ParseError, "no file ../../../etc/passwd"),
        (packed({"META-INF/container.xml": "no XML"}), ParseError, "container.xml in this EPUB is no XML"),
        (packed({"content.opf": f"{ENTITIES}<package/>"}), ParseError, "content.opf in this EPUB declares entities"),
        (packed({"content.opf": "<package/>"}), ParseError, "has no metadata"),
        (packed({"content.opf": "<package/>"}, by=ZIP_LZMA), ParseError, "is packed in a way that no EPUB may be"),
    ),
)
def test_what_cannot_be_read_is_refused(file: bytes, error: type[IngestionError], told: str):
    with pytest.raises(error, match=told):
        opened(file)


def test_scrambled_fonts_and_another_media_type_are_no_lock():
    fonts = CIPHER.format(kind="http://www.idpf.org/2008/embedding")
    epub = opened(packed({"META-INF/encryption.xml": fonts, "mimetype": "x", "content.opf": package("", {}, [])}))

    assert epub.metadata.title == "The Lamp on the Weir"


def test_titles_in_the_contents_are_no_longer_than_a_name_may_be_however_many_stand_below_them():
    long = "The Weir " * 10_000
    points = point(long, "a.xhtml", point(long, "b.xhtml", *(point("x", f"{n}.xhtml") for n in range(2000))))
    found = contents.of_ncx(markup.xml(ncx(points).encode(), "toc.ncx"), "toc.ncx")

    assert len(found) == 2002
    assert {len(one.title) for one in found.values()} == {1, LONGEST_NAME}
    assert {len(one.volume or "") for one in found.values()} == {0, LONGEST_NAME}


@pytest.mark.parametrize("href", ["../../etc/a.xhtml", "/etc/passwd.xhtml", "http://127.0.0.1/a.xhtml"])
def test_a_name_leads_nowhere_but_into_the_file(href: str):
    epub = one_page(page("<p>x</p>"), href=href)

    with pytest.raises(ParseError, match="has no file"):
        epub.page(epub.pages[0])


def test_a_page_that_is_larger_than_a_page_may_be_is_not_unpacked(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, MAX_PAGE_BYTES="2000")
    epub = one_page(page("<p>x</p>" * 1000))

    with pytest.raises(TooLarge, match="in this EPUB is larger"):
        epub.page(epub.pages[0])


def test_an_entry_that_lies_about_its_size_is_broken():
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as made:
        made.writestr("bomb", b"\0" * 5_000_000)
    lying = file.getvalue().replace(struct.pack("<L", 5_000_000), struct.pack("<L", 10))

    with pytest.raises(ParseError, match="bomb in this EPUB is broken"):
        Archive(io.BytesIO(lying)).read("bomb")


def test_a_page_of_too_many_tags_or_too_deep_is_refused(monkeypatch: pytest.MonkeyPatch):
    for content in (page("<i>" * 600), page("<br/>" * 900)):
        configure(monkeypatch, MAX_PAGE_TAGS="850")
        with pytest.raises(TooLarge):
            markup.page(content.encode(), "a.xhtml")


@pytest.mark.parametrize(
    ("content", "words"),
    alike(
        (page("<p> &f;&b;</p>").replace("<html", f"{ENTITIES}<html", 1), "]> &f;&b;"),
        ("<html><body><p>un<b>closed&nbsp;<p>x", "unclosed\xa0 x"),
        (page("<p>a<title/></p>", "<title/>"), "a"),
        ("\ufeff<!DOCTYPE html><html><head><meta charset=utf-8></head><body>é</body></html>", "é"),
    ),
)
def test_what_is_no_xml_is_read_as_html_and_no_entity_is_expanded(content: str, words: str):
    epub = one_page(content)

    assert markup.words(epub.page(epub.pages[0]).find("body")).split() == words.split()
