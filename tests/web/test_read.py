"""The reader: a chapter, what is said of it, and the way on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from lxml import html

from ingestion import db, novels
from ingestion.items import Chapter, ChapterLink, Hole, Novel, ParsedChapter, ParsedNovel
from ingestion.pictures import table
from tests.alike import alike

NOVEL = Novel(key="n1", url="https://example.org/n1", title="The Weir", language="en")
LOCKED = Hole(kind="locked", reason="it is only for those who pay", final=True)
PNG = f"{'5a' * 32}.png"


def chapter(position: int, **parts: Any) -> ParsedChapter:
    link = ChapterLink(key=f"c{position}", url=f"https://example.org/n1/{position}", title=f"Chapter <{position}>")
    text = Chapter(**({"content": "<p>Some words here.</p>"} | parts))
    return ParsedChapter(link=link, position=position, chapter=text)


def missing(position: int) -> ParsedChapter:
    return replace(chapter(position), chapter=None, hole=LOCKED)


def saved(*chapters: ParsedChapter, novel: Novel = NOVEL) -> int:
    """Save them; the novel's id. Its chapters are numbered from 1 in the order in which they came."""
    with db.transaction() as session:
        return novels.save(session, ParsedNovel(site="example", novel=novel, chapters=chapters), max_shrink=1).novel_id


def links(page: html.HtmlElement) -> list[tuple[str, str]]:
    return [(a.get("rel"), a.get("href")) for a in page.xpath("//nav[@class='turn'][1]//a[@rel]")]


def test_a_chapter_has_its_neighbours_its_place_and_its_notes_apart(browser: TestClient):
    saved(chapter(1), chapter(2, notes_before="<p>Hello.</p>", notes_after="<p>Bye.</p>"), missing(3), chapter(4))
    answer = browser.get("/read/2")
    page = html.fromstring(answer.text)

    assert page.xpath("string(//h1)") == "Chapter <2>"
    assert "2 of 4" in page.xpath("string(//header//*[contains(@class, 'standing')])")
    assert links(page) == [("prev", "/read/1"), ("next", "/read/3")]
    assert page.xpath("//link[@rel='prefetch']/@href") == ["/read/3"]
    assert [aside.xpath("string(div)") for aside in page.xpath("//aside")] == ["Hello.", "Bye."]
    assert page.xpath("//div[@data-text]")[0].text_content().strip() == "Some words here."
    assert "prefetch" not in browser.get("/read/2", headers={"Save-Data": "on"}).text


def test_the_first_chapter_leads_nowhere_back_and_the_last_says_that_it_is(browser: TestClient):
    saved(chapter(1), chapter(2))
    first, last = browser.get("/read/1").text, browser.get("/read/2").text

    assert [links(html.fromstring(text)) for text in (first, last)] == [[("next", "/read/2")], [("prev", "/read/1")]]
    assert ("last chapter" in first, "last chapter" in last) == (False, True)


def test_a_missing_chapter_says_why_and_can_be_asked_for(browser: TestClient):
    novel = saved(chapter(1), missing(2), chapter(3))
    page = browser.get("/read/2").text

    assert LOCKED.reason in page
    assert links(html.fromstring(page)) == [("prev", "/read/1"), ("next", "/read/3")]
    assert html.fromstring(page).xpath("//article//section/form/@action") == [f"/library/{novel}/update"]


def test_a_chapter_that_changed_or_was_taken_down_says_so(browser: TestClient):
    saved(chapter(1), chapter(2))
    saved(chapter(1, content="<p>Other words.</p>"))
    changed, gone = browser.get("/read/1").text, browser.get("/read/2").text

    assert html.fromstring(changed).xpath("//a[@href='/read/1/revisions']/text()") == ["revision 2"]
    assert ("taken this chapter down" in changed, "taken this chapter down" in gone) == (False, True)


@pytest.mark.parametrize(
    ("language", "lang", "direction"), alike(("ar", "ar", "rtl"), ("zh-Hans", "zh-Hans", "ltr"), ("?", None, "auto"))
)
def test_the_text_runs_as_its_language_does(browser: TestClient, language: str, lang: str | None, direction: str):
    saved(chapter(1), novel=replace(NOVEL, language=language))
    page = html.fromstring(browser.get("/read/1").text)

    assert {(of.get("lang"), of.get("dir")) for of in page.xpath("//h1 | //div[@data-text]")} == {(lang, direction)}


def test_pictures_that_are_here_are_shown_behind_a_prefix_too(browser: TestClient):
    saved(chapter(1, content='<p><img src="https://e.org/a.png" alt="a"><img src="https://e.org/b.png" alt="b"></p>'))
    with db.transaction() as session:
        table.keep(session, "https://e.org/a.png", name=PNG, size=1)
    prefixed = TestClient(browser.app, "http://localhost", root_path="/books")
    page = html.fromstring(prefixed.get("/books/read/1").text)

    assert page.xpath("//div[@data-text]//img/@src") == [f"/books/pictures/{PNG}"]
    assert "1 of 2 pictures" in page.text_content()
    assert all(url.startswith(("/books/", "#", "https://example.org/")) for url in page.xpath("//@href"))


def test_a_chapter_that_is_not_there_is_a_problem_in_plain_words(browser: TestClient):
    answer = browser.get("/read/7")

    assert (answer.status_code, "no chapter 7" in answer.text) == (404, True)
    assert browser.get("/read/x").status_code == 422


def test_a_page_that_the_browser_has_already_is_not_sent_again(browser: TestClient):
    saved(chapter(1))
    tag = browser.get("/read/1").headers["ETag"]
    again = browser.get("/read/1", headers={"If-None-Match": tag})
    other = browser.get("/read/1", headers={"If-None-Match": tag, "Cookie": "look=dark"})

    assert (again.status_code, again.content, other.status_code) == (304, b"", 200)
