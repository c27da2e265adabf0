"""A novel's page, what can be done there, and its chapters' revisions."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from lxml import html

from ingestion import contents, db, follows, joblist
from ingestion.background import table
from ingestion.export import making
from ingestion.export.wish import Wish
from ingestion.models import NovelRow, Task
from ingestion.pictures import table as pictures
from ingestion.status import Refresh, TaskStatus
from tests.shelf import chapter, put

COVER = "https://example.org/cover.png"


def text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_the_page_tells_of_the_novel_in_its_words_and_runs_none_of_them(browser: TestClient):
    evil = {
        "url": "javascript:alert(1)",
        "authors": ("<i>A</i>",),
        "tags": ("a&b",),
        "description": "<script>1\n\nTwo.",
    }
    novel = put(chapter(1, title="<b>One"), key="evil", title="<script>", language="ja", **evil)
    page = html.fromstring(browser.get(f"/library/{novel}").text)

    assert page.xpath("string(//h1)") == "<script>"
    assert page.xpath("//div[@class='about']/p/text()") == ["<script>1", "Two."]
    assert page.xpath("//main//script | //main//b | //main//i | //a[starts-with(@href, 'javascript')]") == []
    assert "/library?tag=a%26b" in page.xpath("//ul[@class='tags']/li/a/@href")
    assert browser.get("/library/99").status_code == 404


def test_chapters_stand_in_their_volumes_each_with_what_is_odd_about_it(browser: TestClient):
    put(chapter(1, volume="One"), chapter(2, None, volume="Two"), chapter(3, volume="Two"), chapter(4, key="gone"))
    novel = put(chapter(1, "<p>Other.</p>", volume="One"), chapter(2, None, volume="Two"), chapter(3, volume="Two"))
    page = html.fromstring(browser.get(f"/library/{novel}").text)

    assert page.xpath("//h3/text()") == ["One", "Two"]
    marks = [text(each) for each in page.xpath("//ol[@class='chapters']/li/*[@class='marks']")]
    assert marks[:3] == ["2 revisions of Chapter 1", "Missing: The site has no such page", ""]
    assert marks[3].startswith("Taken down at the site")
    assert "the site answered 404" in text(page.xpath("//*[@id='missing']")[0])


def test_of_a_long_novel_the_part_is_shown_in_which_the_place_is(browser: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(contents, "PART", 2)
    novel = put(*(chapter(n) for n in range(1, 6)))

    def listed(query: str) -> list[str]:
        return html.fromstring(browser.get(f"/library/{novel}{query}").text).xpath("//li/@data-position")

    assert [listed(query) for query in ("", "?at=4", "?at=99")] == [["1", "2"], ["3", "4"], ["5"]]


def test_behind_a_prefix_every_address_of_ours_has_it(browser: TestClient):
    put(chapter(1, "<p>Old.</p>"), tags=("calm",), authors=("Ana",), cover_url=COVER)
    novel = put(chapter(1), tags=("calm",), authors=("Ana",), cover_url=COVER)
    with db.transaction() as session:
        pictures.keep(session, COVER, name=f"{'a' * 64}.png", size=1)
    prefixed = TestClient(browser.app, "http://localhost", root_path="/books")
    paths = ("library", f"library/{novel}", f"library/{novel}/download", "read/1/revisions")
    pages = [html.fromstring(prefixed.get(f"/books/{path}").text) for path in paths]

    found = [
        url for page in pages for url in page.xpath("//@href | //@src | //@action | //@formaction | //@data-again")
    ]
    assert [url for url in found if not url.startswith(("/books/", "#", "https://example.org/"))] == []


@pytest.mark.parametrize("refresh", [Refresh.NEW, Refresh.ALL])
def test_the_site_is_asked_for_what_is_missing_by_a_job(browser: TestClient, refresh: Refresh):
    novel = put(chapter(1, None))
    answer = browser.post(f"/library/{novel}/update", data={"refresh": refresh.value}, follow_redirects=False)

    with db.transaction() as session:
        job = joblist.get(session, int(answer.headers["Location"].removeprefix("/activity/")))
        assert job is not None
        assert (job.source_url, job.refresh) == ("https://example.org/n", refresh)


def test_a_novel_is_followed_at_the_rhythm_that_was_chosen_and_no_more(browser: TestClient):
    novel = put()
    followed = browser.post(f"/library/{novel}/follow", data={"every": "6h"})
    odd = browser.post(f"/library/{novel}/follow", data={"every": "90m"}).text
    refused = browser.post(f"/library/{novel}/follow", data={"every": "1m"}).status_code
    left = browser.post(f"/library/{novel}/unfollow").text

    assert "every 6 hours." in followed.text
    assert html.fromstring(followed.text).xpath("//option[@selected]/@value") == ["6h"]
    assert html.fromstring(odd).xpath("//option[@selected]/@value") == ["90m"]
    assert (refused, "not followed any more" in left) == (422, True)
    with db.transaction() as session:
        assert follows.get(session, novel) is None


def test_a_download_waits_for_its_file_and_then_gives_it(browser: TestClient):
    novel = put(chapter(1, volume="Öne"), chapter(2))
    url = f"/library/{novel}/download?format=epub&volume=%C3%96ne"
    waiting = html.fromstring(browser.get(url).text).xpath("string(//meta[@http-equiv='refresh']/@content)")
    again = waiting.partition("url=")[2]
    making.make(Wish(novel_id=novel, volumes=("Öne",)), lambda: None)
    ready = html.fromstring(browser.get(again).text).xpath("string(//a[@class='button']/@href)")

    assert (waiting[:2], again.startswith(url)) == ("2;", True)
    assert browser.get(ready).content[:2] == browser.get(url).content[:2] == b"PK"


def test_a_download_whose_file_cannot_be_made_says_why_and_asks_no_more(browser: TestClient):
    novel = put()
    browser.get(f"/library/{novel}/download?volume=")
    with db.transaction() as session:
        [task] = table.page(session, kind=None, status=None, limit=5)
        session.get_one(Task, task.id).status = TaskStatus.ERROR
        session.get_one(Task, task.id).error_message = "the disk is full"
    page = browser.get(f"/library/{novel}/download?task={task.id}").text

    assert ("the disk is full" in page, "http-equiv" in page, "Try again" in page) == (True, False, True)


def test_two_revisions_are_compared_word_by_word(browser: TestClient):
    same = "".join(f"<p>Line {n}.</p>" for n in range(9))
    for said in ("The lamp.", "The lit lamp.", "The lit lamp!"):
        novel = put(chapter(1, f"{same}<p>{said}</p>"))
    with db.transaction() as session:
        [entry] = contents.entries(session, novel, contents.parts(session, novel)[0])
    url = f"/read/{entry.id}/revisions"
    newest, first = (html.fromstring(browser.get(f"{url}{query}").text) for query in ("", "?before=1&after=2"))

    assert [text(each) for each in newest.xpath("//del | //ins")] == ["Removed: ..", "Added: !."]
    assert [text(each) for each in first.xpath("//del | //ins")] == ["Added: lit."]
    assert newest.xpath("string(//details/summary)") == "9 paragraphs unchanged"
    assert len(newest.xpath("//table//tr")) == 4
    assert browser.get(f"{url}?before=7").status_code == 404


def test_a_chapter_that_was_never_edited_has_nothing_to_compare(browser: TestClient):
    put(chapter(1), chapter(2, None))
    with db.transaction() as session:
        [novel] = session.query(NovelRow)
        ids = [entry.id for entry in contents.entries(session, novel.id, contents.parts(session, novel.id)[0])]

    told = [browser.get(f"/read/{id}/revisions").text for id in ids]
    assert ("never said anything else" in told[0], "no text yet" in told[1]) == (True, True)
    assert browser.get("/read/99/revisions").status_code == 404
