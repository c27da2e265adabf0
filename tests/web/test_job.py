"""/activity/{id}: where a job is, why it waits or stopped, and the button that helps."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from lxml import html
from lxml.html import HtmlElement

from ingestion import broker, db, jobs, pauses
from ingestion.errors import NotFound, ParseError, Shrunk
from ingestion.pace import Pace
from ingestion.status import JobStatus
from tests.commandline import claim, fail, posted, statuses
from tests.processes import read


def page(browser: TestClient, job: int, query: str = "") -> HtmlElement:
    return html.fromstring(browser.get(f"/activity/{job}{query}").text)


def told(shown: HtmlElement) -> str:
    return " ".join(shown.xpath("string(//*[@role='status'])").split())


def forms(shown: HtmlElement) -> list[str]:
    return list(shown.xpath("//main//form/@action"))


def test_a_job_at_work_shows_its_step_its_pages_and_the_wait_for_its_host(browser: TestClient):
    [job] = posted(1)
    claim(job)
    with db.transaction() as session:
        jobs.renew(session, job, 1, lease_seconds=60, pages_done=17, pages_total=110)
    pace = Pace(longest_rest=60)
    pace.take("another.org", 0.001)
    broker.connection().hset("pace:life", "since", "0")  # a Redis that has lived for longer than any interval
    pace.take("example0.org", 40)
    shown = page(browser, job)

    assert shown.xpath("string(//li[@aria-current='step']/strong)") == "Crawling"
    assert shown.xpath("//progress[@value='17'][@max='110']/text()") == ["17 of 110 pages"]
    assert 35 < float(shown.xpath("string(//@data-wait)")) <= 40
    assert shown.xpath("//@data-socket") == [f"/ws/jobs/{job}?last_event_id=2"]
    assert shown.xpath("//noscript/meta[@http-equiv='refresh']")
    assert forms(shown) == [f"/activity/{job}/cancel"]


def test_a_job_that_stopped_says_why_where_and_what_helps(browser: TestClient):
    [job] = posted(1)
    fail(job, ParseError("https://example0.org/novel has no <title>"))
    shown = page(browser, job)

    assert told(shown) == "Stopped: the pages could not be read."
    assert shown.xpath("string(//li[@aria-current='step']/strong)") == "Crawling"
    assert shown.xpath("string(//*[@class='message'])") == "https://example0.org/novel has no <title>"
    assert forms(shown) == [f"/activity/{job}/retry"]
    assert not shown.xpath("//@data-live | //noscript")
    assert shown.xpath("//tbody/tr[@class='attempt']/th/text()[1]")[1].strip() == "Attempt 1"


def test_why_a_job_waits_is_told(browser: TestClient):
    first, other = posted(2)
    nobody = told(page(browser, first))
    with db.transaction() as session:
        pauses.pause(session, "example0.org")
    paused = page(browser, first)

    assert "No worker is running" in nobody
    assert ("example0.org is paused." in told(paused), "/state/resume" in forms(paused)) == (True, True)
    assert "/state/resume" not in forms(page(browser, other))


def test_a_job_is_cancelled_and_tried_again_by_its_buttons(browser: TestClient):
    [job] = posted(1)
    cancelled = browser.post(f"/activity/{job}/cancel")
    twice = browser.post(f"/activity/{job}/cancel")
    ended = statuses(job)
    again = browser.post(f"/activity/{job}/retry")

    assert ("The job is cancelled" in cancelled.text, "Nothing was done" in twice.text) == (True, True)
    assert (ended, statuses(job)) == (["error"], ["queued"])
    assert "in the queue again" in again.text


def test_of_an_index_that_shrank_a_person_can_say_that_it_is_right(browser: TestClient):
    [job] = posted(1)
    fail(job, Shrunk("3 of 100 chapters are left"))
    [_, accept] = page(browser, job).xpath("//form[contains(@action, '/retry')]")
    browser.post(accept.get("action"), data=dict(accept.form_values()))

    assert read(job).accept_shrink


def test_a_dry_run_shows_what_it_found_and_can_be_done_in_earnest(browser: TestClient):
    browser.post("/", data={"url": "https://example.org/n", "dry_run": "true"})
    claim(1)
    novel = {"title": "سفينة <b>", "language": "ar", "authors": ["A. Quill"], "status": None, "tags": []}
    place = {"position": 1, "title": "One", "words": 900, "begins": "It was"}
    found = {"novel": novel | {"confidence": 0.5}, "chapters": 12, "whole": True, "stated_total": None, "locked": 0}
    found |= {"spider": "generic", "looks_wrong": ["no author"], "looked_at": [place]}
    with db.transaction() as session:
        for step in (JobStatus.PARSING, JobStatus.SAVING):
            jobs.advance(session, 1, 1, to=step, lease_seconds=60, message="on")
        jobs.finish_dry(session, job_id=1, attempt=1, found=found, message="looked")
    shown = page(browser, 1)

    assert shown.xpath("string(//*[@class='found-title'][@dir='rtl'][@lang='ar'])") == "سفينة <b>"
    assert "no author" in shown.text_content()
    assert shown.xpath("//form[@action='/']/input/@value") == ["https://example.org/n"]


def test_a_log_is_shown_to_who_asks_for_it(browser: TestClient):
    [job] = posted(1)

    assert page(browser, job).xpath("//*[@id='log']//a")
    assert "created" in page(browser, job, "?log=true").xpath("string(//*[@id='log'])")


@pytest.mark.parametrize("url", ["/activity/7", f"/activity/{2**63}"])
def test_a_job_that_is_not_there_is_told_as_a_page(browser: TestClient, url: str):
    answer = browser.get(url)

    assert (answer.status_code in {404, 422}, answer.headers["Content-Type"]) == (True, "text/html; charset=utf-8")


def test_what_a_site_put_into_an_error_is_text_and_a_link_is_one_of_the_web_alone(browser: TestClient):
    [job] = posted(1)
    fail(job, NotFound("<script>alert(1)</script>"))
    with db.transaction() as session:
        jobs.retry(session, job)
        session.get_one(type(read(job)), job).source_url = "javascript:alert(1)"
    text = browser.get(f"/activity/{job}").text

    assert ("<script>alert" in text, 'href="javascript:' in text) == (False, False)
