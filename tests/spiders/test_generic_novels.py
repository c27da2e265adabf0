"""Two real novels, served as XHTML by a site that no spider was written for: every unit in order, every word there."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import html
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from ingestion.items import ChapterLink, Matter
from spiders.generic import Generic

NOVELS = Path(__file__).resolve().parents[2].parent / "shared" / "novels"
BASE = "http://127.0.0.1:8080/"
FRANKENSTEIN = "mary-shelley_frankenstein"
CHICKENS = "p-g-wodehouse_love-among-the-chickens"

pytestmark = pytest.mark.skipif(not NOVELS.is_dir(), reason=f"the two real novels are not at {NOVELS}")


def respond(novel: str, path: str) -> Response:
    body = (NOVELS / novel / path).read_bytes()
    url = f"{BASE}{novel}/{path}"
    made = responsetypes.from_args(headers={b"Content-Type": b"application/xhtml+xml"}, url=url, body=body)
    return made(url=url, headers={b"Content-Type": b"application/xhtml+xml"}, body=body)


def listed(novel: str) -> list[ChapterLink]:
    return list(Generic().chapters(respond(novel, "toc.xhtml")).links)


def units(novel: str) -> list[ChapterLink]:
    return [link for link in listed(novel) if link.matter is Matter.BODY]


def body_words(novel: str, path: str) -> list[str]:
    root = html.document_fromstring((NOVELS / novel / path).read_bytes())
    next(root.iter("hgroup", "h1", "h2", "h3")).drop_tree()
    return str(root.find("body").text_content()).split()


def all_words(novel: str, path: str) -> int:
    """The words of the body, heading included, each element's text counted by itself."""
    root = html.document_fromstring((NOVELS / novel / path).read_bytes())
    return len(" ".join(root.find("body").itertext()).split())


@pytest.mark.parametrize(
    ("novel", "stems"),
    [
        (FRANKENSTEIN, [f"letter-{n}" for n in range(1, 5)] + [f"chapter-{n}" for n in range(1, 25)]),
        (CHICKENS, [f"chapter-{n}" for n in range(1, 24)]),
    ],
)
def test_the_units_stand_in_reading_order(novel: str, stems: list[str]):
    assert [link.key for link in units(novel)] == [f"text/{stem}.xhtml" for stem in stems]


@pytest.mark.parametrize(("novel", "words"), [(FRANKENSTEIN, 74_919), (CHICKENS, 50_164)])
def test_every_unit_has_every_word_of_its_page_but_the_heading(novel: str, words: int):
    spider, total = Generic(), 0
    for link in units(novel):
        chapter = spider.chapter(respond(novel, link.key))
        found = str(html.fragment_fromstring(chapter.content, create_parent="div").text_content()).split()
        total += all_words(novel, link.key)
        assert found == body_words(novel, link.key), link.key

    assert total == words


@pytest.mark.parametrize("novel", [FRANKENSTEIN, CHICKENS])
def test_front_and_back_matter_that_comes_too_is_marked_and_can_be_read(novel: str):
    spider = Generic()
    others = [link for link in listed(novel) if link.matter is not Matter.BODY]

    assert all(spider.chapter(respond(novel, link.key)).content for link in others)
    assert {link.title for link in others} <= {"Introduction", "Preface", "Dedication", "Epigraph", "Endnotes"}


def test_a_contents_page_without_a_title_of_its_own_takes_the_half_title():
    titles = [Generic().novel(respond(novel, "toc.xhtml")).title for novel in (FRANKENSTEIN, CHICKENS)]

    assert titles == ["Frankenstein", "Love Among the Chickens"]
