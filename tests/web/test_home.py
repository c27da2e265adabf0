"""/: what it shows of an empty library and of one at work, and that what is chosen reaches the job."""

from __future__ import annotations

from fastapi.testclient import TestClient
from lxml import html

from ingestion.errors import Cancelled, ParseError
from ingestion.status import Priority, Refresh
from tests.commandline import claim, fail, posted
from tests.followed import novels
from tests.processes import read
from tests.shelf import chapter, put


def test_an_empty_library_says_what_to_do(browser: TestClient):
    assert "The library is empty" in browser.get("/").text


def test_what_is_at_work_what_waits_what_stopped_and_what_is_new_are_shown(browser: TestClient):
    working, _, failed, cancelled = posted(4)
    claim(working)
    fail(failed, ParseError("it has no title"))
    fail(cancelled, Cancelled("by hand"))
    novels(1)
    page = html.fromstring(browser.get("/").text)

    assert page.xpath("//*[@id='working']//li/a/@href") == [f"/activity/{working}"]
    text = " ".join(page.text_content().split())
    assert ("1 job waits" in text, "1 job stopped and needs a look" in text) == (True, True)
    assert page.xpath("//*[@id='shelf']//a/@href") == ["/library/1"]
    assert "The library is empty" not in text


def test_what_a_chapter_last_came_to_is_the_newest_in_the_library(browser: TestClient):
    grown = put(chapter(1), key="grown", title="Grown")
    put(chapter(1), key="came", title="Came after it")
    put(chapter(1), chapter(2), key="grown", title="Grown")
    put(chapter(1), key="came", title="Only renamed")
    page = html.fromstring(browser.get("/").text)

    assert page.xpath("//*[@id='shelf']//h3/a/text()") == ["Grown", "Only renamed"]
    assert page.xpath("//*[@id='shelf']//@data-novel")[0] == str(grown)


def test_the_choices_of_the_form_reach_the_job_and_come_back_where_the_url_is_wrong(browser: TestClient):
    chosen = {"priority": "high", "refresh": "all", "dry_run": "true"}
    made = browser.post("/", data={"url": " https://example.org/n "} | chosen)
    refused = html.fromstring(browser.post("/", data={"url": "ftp://x"} | chosen).text)

    job = read(int(made.url.path.rpartition("/")[2]))
    assert (job.priority, job.refresh, job.dry_run) == (Priority.HIGH, Refresh.ALL, True)
    assert refused.xpath("//option[@selected]/@value") == ["high", "all"]
    assert refused.xpath("//input[@checked]/@name") == ["dry_run"]
