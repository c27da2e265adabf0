"""A site gets another name: the novels that came from it are asked for there, and none is in the library twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from ingestion import db
from ingestion.models import Job
from ingestion.status import JobStatus
from tests import applications
from tests.commandline import run
from tests.conftest import configure
from tests.library import Work, ingest, library, novel
from tests.processes import read
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Page, Site

LONGER = make_novel(chapters=7, title="The Lamp on the Weir", seed=3)


def test_a_novel_that_was_moved_is_asked_for_at_its_new_host_by_any_of_its_urls(work: Work):
    with Site(plain.render(novel())) as old:
        first = ingest(f"{old.url}/index.html", work)
    before = [c.id for c in library(first)]
    with Site(plain.render(LONGER)) as new:
        told = run("relocate", str(first.novel_id), "--to", f"{new.url}/index.html")
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

    shown = TestClient(applications.api()).get(f"/novels/{first.novel_id}").json()
    assert [first.novel_id, moved.novel_id] == [moved.novel_id, there.novel_id]
    assert (there.status, shown["chapters_total"]) == (JobStatus.DONE, 7)
    assert shown["sources"] == [f"{new.url}/index.html", f"{old.url}/index.html"]


def test_a_move_that_lacks_chapters_goes_on_from_the_pages_it_has(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, PAGE_RETRIES="0")
    with Site(plain.render(novel())) as old:
        first = ingest(f"{old.url}/index.html", work)
    before = [c.id for c in library(first)]
    renamed = [replace(c, key=f"x{c.key}", title=f"Part {c.key}") for c in novel().chapters]
    with Site(plain.render(replace(novel(), chapters=tuple(renamed)))) as new:
        path = f"/chapters/{renamed[2].key}.html"
        page, new.pages[path] = new.pages[path], Page("oops", status=500)
        run("relocate", str(first.novel_id), "--to", f"{new.url}/index.html")
        work()
        waits = read(first.id + 1)
        new.pages[path] = page
        run("retry", str(waits.id))
        work()

        assert new.requests(f"/chapters/{renamed[1].key}.html") == 1
    assert (waits.status, waits.error_kind) == (JobStatus.ERROR, "incomplete")
    assert "not moved yet" in (waits.error_message or "")
    assert (read(waits.id).status, [c.id for c in library(first)]) == (JobStatus.DONE, before)
