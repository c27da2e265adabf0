"""A site gets another name: the novels that came from it are asked for there, and none is in the library twice."""

from __future__ import annotations

from fastapi.testclient import TestClient

from ingestion import db
from ingestion.api import create_app
from ingestion.models import Job
from ingestion.status import JobStatus
from tests.commandline import run
from tests.library import Work, ingest, library, novel
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Page, Site

LONGER = make_novel(chapters=7, title="The Lamp on the Weir", seed=3)


def test_a_novel_that_was_moved_is_asked_for_at_its_new_host_by_any_of_its_urls(work: Work):
    with Site(plain.render(novel())) as old:
        first = ingest(f"{old.url}/index.html", work)
    before = [c.id for c in library(first)]
    with Site(plain.render(LONGER)) as new:
        told = run("move", str(first.novel_id), "--to", f"{new.url}/index.html")
        work()
        again = ingest(f"{old.url}/index.html?utm_source=mail", work)
    with db.transaction() as session:
        move = session.get_one(Job, first.id + 1)

    assert f"python cli.py job {move.id}" in told.stdout
    assert (move.status, move.novel_id) == (JobStatus.DONE, first.novel_id), move.error_message
    assert (again.status, again.novel_id) == (JobStatus.DONE, first.novel_id), again.error_message
    assert [c.id for c in library(again)][:6] == before
    assert len(library(again)) == 7
    assert run("sources", str(first.novel_id)).stdout.split() == [f"{new.url}/index.html", f"{old.url}/index.html"]
    assert "0 chapters changed, 0 added, 0 gone" in run("reparse").stdout


def test_a_host_that_sends_on_to_another_takes_its_novels_along(work: Work):
    with Site(plain.render(novel())) as old, Site(plain.render(LONGER)) as new:
        first = ingest(f"{old.url}/index.html", work)
        old.pages.update({path: Page(status=301, headers={"Location": new.url + path}) for path in old.pages})
        moved = ingest(f"{old.url}/index.html", work)
        there = ingest(f"{new.url}/index.html", work)

    shown = TestClient(create_app()).get(f"/novels/{first.novel_id}").json()
    assert [first.novel_id, moved.novel_id] == [moved.novel_id, there.novel_id]
    assert (there.status, shown["chapters_total"]) == (JobStatus.DONE, 7)
    assert shown["sources"] == [f"{new.url}/index.html", f"{old.url}/index.html"]
