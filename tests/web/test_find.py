"""The search page: novels, then chapters with what was looked for marked, and the way to it."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from fastapi.testclient import TestClient
from lxml import html

from ingestion.web import find
from tests.alike import alike
from tests.search.shelf import index_all, shelve


def names(page: html.HtmlElement) -> list[str]:
    return [a.text_content() for a in page.xpath("//a[@class='name']")]


def test_novels_come_first_then_chapters_with_the_words_marked(browser: TestClient):
    novel = shelve("The <i>oil</i> &lt;b&gt; in the lamp-light.", "No light.", title="Lamps", language="en")
    index_all()
    page = html.fromstring(browser.get("/find", params={"q": "lamps"}).text)
    [chapter] = page.xpath("//section[2]//a[@class='name']/@href")

    assert [h2.text for h2 in page.xpath("//h2")] == ["Novels", "Chapters"]
    assert page.xpath("//section[1]//a[@class='name']/@href") == [f"/library/{novel}"]
    assert page.xpath("//p[@class='snippet']")[0].text_content() == "The oil <b> in the lamp-light."
    assert [mark.text for mark in page.xpath("//mark")] == ["lamp"]
    assert urlsplit(chapter).query == "q=lamps"
    assert unquote(urlsplit(chapter).fragment) == ":~:text=<b> in the-,lamp&text=lamp"
    assert browser.get(chapter).status_code == 200


def test_one_novel_is_searched_page_by_page(browser: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(find, "LIMIT", 2)
    shelve("A lamp.", title="Another", key="n2", language="en")
    novel = shelve("A lamp.", "A lamp.", "A lamp.", titles=("1", "2", "3"), language="en")
    index_all()
    first = html.fromstring(browser.get(f"/find?q=lamp&novel={novel}").text)
    [later] = first.xpath("//a[@rel='next']/@href")
    second = html.fromstring(browser.get(later).text)

    assert sorted(names(first) + names(second)) == ["1", "2", "3"]
    assert second.xpath("//a[@rel='prev']/@href") == [f"/find?q=lamp&novel={novel}"]
    assert second.xpath("//input[@name='novel']/@value") == [str(novel)]
    assert browser.get("/find?q=lamp&novel=99").status_code == 404


@pytest.mark.parametrize("typed", alike('<script>"', "\x00", "lamp " * 2500))
def test_whatever_is_typed_is_shown_as_it_is_and_may_find_nothing(browser: TestClient, typed: str):
    answer = browser.get("/find", params={"q": typed})
    page = html.fromstring(answer.text)

    assert answer.status_code == 200
    assert page.xpath("//input[@name='q']/@value") == [typed.replace("\x00", "").strip()[:500]]
    assert (names(page), page.xpath("//main//script")) == ([], [])


def test_without_words_there_is_only_the_form(browser: TestClient):
    page = html.fromstring(browser.get("/find").text)

    assert (page.xpath("string(//h1)"), page.xpath("//section | //mark")) == ("Search", [])
    assert "Nothing was found" not in page.text_content()
