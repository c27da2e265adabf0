"""The library's page: what is on the shelf, and how to find something there."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from lxml import html

from ingestion import db
from ingestion.items import Publication
from ingestion.pictures import table
from ingestion.web import library
from tests.shelf import chapter, put

COVER = "https://example.org/cover.png"


def shown(browser: TestClient, url: str) -> list[str]:
    return html.fromstring(browser.get(url).text).xpath("//*[@class='book']/h2/a/text()")


def test_a_book_shows_its_cover_its_title_in_its_language_and_what_there_is_of_it(browser: TestClient):
    put(
        chapter(1),
        chapter(2, None),
        title="مصباح <b>",
        language="ar",
        authors=("Ana",),
        cover_url=COVER,
        status=Publication.HIATUS,
    )
    put(key="plain", title="Weir")
    with db.transaction() as session:
        table.keep(session, COVER, name=f"{'a' * 64}.png", size=1)
    plain, book = html.fromstring(browser.get("/library").text).xpath("//*[@class='book']")

    title = book.xpath("h2/a")[0]
    assert (title.text, title.get("lang"), title.get("dir")) == ("مصباح <b>", "ar", "rtl")
    assert (book.get("data-last"), book.xpath("img/@src")) == ("1", [f"/pictures/{'a' * 64}.png"])
    assert "1 chapter, 1 missing · On hiatus · ar" in " ".join(book.text_content().split())
    assert (plain.xpath("h2/a/@dir"), plain.xpath("img"), plain.xpath("string(span)").strip()) == (["auto"], [], "Weir")


def test_the_form_asks_for_some_of_them_and_keeps_what_was_asked_for(browser: TestClient):
    put(key="a", title="Lamp", tags=("calm",), language="de")
    put(key="b", title="Weir")
    page = html.fromstring(browser.get("/library?q=lamp&tag=calm&language=de&order=title").text)

    assert page.xpath("//*[@class='book']/h2/a/text()") == ["Lamp"]
    assert page.xpath("//input[@id='q' or @id='tag']/@value") == ["lamp", "calm"]
    assert page.xpath("//select/option[@selected]/@value") == ["title", "de"]
    assert shown(browser, "/library?q=nothing%00like+it") == []
    assert shown(browser, "/library?status=nonsense&order=nonsense&site=") == ["Weir", "Lamp"]


def test_pages_lead_to_one_another_and_keep_the_question(browser: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(library, "LIMIT", 1)
    for key in "abc":
        put(key=key, title=f"Weir {key}")
    page = html.fromstring(browser.get("/library?q=weir&order=title&page=2").text)
    before, after = page.xpath("//nav[@class='pages']/a/@href")

    assert [shown(browser, url) for url in (before, after)] == [["Weir a"], ["Weir c"]]
    assert "There is no such page" in browser.get("/library?page=9").text


def test_the_list_alone_is_what_a_search_as_you_type_asks_for(browser: TestClient):
    put(title="Weir")
    part = browser.get("/library?q=we&part=found").text

    assert ("Weir" in part, "<html" in part, "1 novel" in part) == (True, False, True)


def test_an_empty_library_says_how_to_begin(browser: TestClient):
    assert "The library is empty" in browser.get("/library").text
