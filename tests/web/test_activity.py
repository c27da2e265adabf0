"""/activity: the jobs that were wished for, and the stopped ones put back together."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from lxml import html

from ingestion.errors import NotFound, ParseError
from ingestion.web import activity
from tests.commandline import claim, fail, posted, statuses


def ids(browser: TestClient, query: str = "") -> list[int]:
    links = html.fromstring(browser.get(f"/activity{query}").text).xpath("//*[@id='list']//li/a/@href")
    return [int(link.rpartition("/")[2]) for link in links]


def test_jobs_are_found_by_what_they_are_at_why_they_stopped_and_their_site(browser: TestClient):
    waits, works, gone, unread = posted(4)
    claim(works)
    fail(gone, NotFound("no such page"))
    fail(unread, ParseError("no title"))

    assert ids(browser) == [unread, gone, works, waits]
    assert ids(browser, "?status=waiting&kind=&site=&before=") == [waits]
    assert ids(browser, "?status=working") == [works]
    assert ids(browser, "?status=stopped") == [unread, gone]
    assert ids(browser, "?kind=parse") == [unread]
    assert ids(browser, "?site=example1.org") == [works]
    assert ids(browser, "?status=done") == []


def test_further_back_is_a_page_of_its_own_and_the_filter_goes_along(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(activity, "JOBS", 2)
    posted(3)
    page = html.fromstring(browser.get("/activity?status=waiting").text)
    [older] = page.xpath("//a[@rel='next']/@href")

    assert older == "/activity?status=waiting&before=2"
    assert ids(browser, older.removeprefix("/activity")) == [1]
    assert html.fromstring(browser.get(older).text).xpath("//a[@rel='next'] | //*[@data-live]") == []


def test_all_that_stopped_for_one_reason_are_put_back_at_once_so_many_at_a_time(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(activity, "AT_ONCE", 2)
    jobs = posted(4)
    for job in jobs[:3]:
        fail(job, ParseError("no title"))
    fail(jobs[3], NotFound("no such page"))
    told = browser.post("/activity/retry", data={"kind": "parse"})

    assert statuses(*jobs) == ["queued", "queued", "error", "error"]
    assert "2 jobs are in the queue again; there are more, press again." in told.text


@pytest.mark.parametrize("query", ["?status=nonsense", "?kind=%3Cb%3E", "?site=%00", "?before=x"])
def test_a_wish_that_makes_no_sense_is_told_as_a_page(browser: TestClient, query: str):
    answer = browser.get(f"/activity{query}")

    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "text/html; charset=utf-8")
