"""Stored pages are read again in the background: asked for over HTTP and by hand, and told of afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from scrapy.http import Response

from ingestion import db
from ingestion.background.kinds import REPARSE
from ingestion.background.perform import perform
from ingestion.background.ringing import submit
from ingestion.items import Chapter
from ingestion.models import Job, NovelRow
from spiders.generic import Generic
from tests import applications
from tests.background.deeds import change, read
from tests.commandline import run
from tests.library import Work, ingest, library, novel
from tests.sites import plain
from tests.sites.web import Site


@pytest.fixture
def api(environment: dict[str, str]) -> Iterator[TestClient]:
    with TestClient(applications.api(), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def job(work: Work) -> Job:
    """A novel in the library, whose site is gone by now."""
    with Site(plain.render(novel())) as site:
        return ingest(f"{site.url}/index.html", work)


@pytest.fixture
def mended(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spider that finds one word more in each text."""
    before = Generic.chapter

    def chapter(self: Generic, response: Response) -> Chapter:
        found = before(self, response)
        return Chapter(content=f"{found.content}<p>Mended.</p>", title=found.title)

    monkeypatch.setattr(Generic, "chapter", chapter)


@pytest.mark.usefixtures("mended")
def test_a_posted_wish_is_done_by_a_worker_and_its_result_can_be_read(job: Job, api: TestClient, work: Work):
    asked, again = (api.post(f"/novels/{job.novel_id}/reparse") for _ in range(2))
    work()
    done = api.get(asked.headers["Location"])

    assert (asked.status_code, asked.json()["status"], asked.headers["Retry-After"]) == (202, "queued", "2")
    assert again.headers["Location"] == asked.headers["Location"]
    assert (done.json()["status"], done.json()["result"]["changed"]) == ("done", 6)
    assert "Retry-After" not in done.headers
    assert {chapter.revision for chapter in library(job)} == {2}


@pytest.mark.usefixtures("environment")
def test_a_wish_by_hand_names_its_task_and_the_task_says_what_went_wrong():
    facts = {
        "key": "1",
        "url": "https://example.org/1",
        "title": "The Weir",
        "authors": [],
        "tags": [],
        "confidence": 1,
    }
    with db.transaction() as session:
        session.add(NovelRow(site="forgotten", **facts))
    asked = run("reparse", "--background")
    perform(1)

    assert (asked.exit_code, asked.stdout.strip()) == (0, "novel 1 (The Weir): task 1")
    assert (read(1).status.value, read(1).error_kind) == ("error", "unsupported_site")
    assert "the spider forgotten, which read novel 1, is no more" in run("task", 1).stdout
    assert "unsupported_site" in run("tasks", "--status", "error", "--json").stdout


def test_what_is_not_there_is_said(api: TestClient):
    assert api.get("/tasks/1").json()["detail"] == "no task 1; one that has ended is kept for a while only"
    assert api.post("/novels/1/reparse").json()["detail"] == "no novel 1"
    assert run("task", 1).exit_code == 1


def test_a_task_that_rests_says_when_to_look_again(api: TestClient):
    task, _ = submit(REPARSE, {"novel_id": 7})
    change(task.id, not_before="2999-01-01T00:00Z")
    [listed] = api.get("/tasks", params={"kind": "reparse", "status": "queued"}).json()

    assert listed["id"] == task.id
    assert int(api.get(f"/tasks/{task.id}").headers["Retry-After"]) > 3600
