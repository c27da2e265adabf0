"""Dry runs: jobs like all others that only look, and say what they found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from ingestion import db, intake, joblist
from ingestion.crashpoints import Point
from ingestion.models import Job, NovelRow, SiteReading
from ingestion.models import Page as StoredPage
from ingestion.status import JobStatus
from tests import applications
from tests.commandline import run
from tests.conftest import configure
from tests.library import Work, ingest, library, novel, words
from tests.processes import ended, read, story, working
from tests.sites import plain
from tests.sites.web import Page, Site
from tests.spiders.test_selected import RULES, render
from tests.test_crashpoints import heal, in_a_process_that_dies_at, only_job
from tests.waiting import until


def look(url: str, work: Work, **wish: Any) -> Job:
    """Post a dry run, work, and look how it ended."""
    job_id = intake.submit(url, dry_run=True, **wish).job.id
    work()
    return read(job_id)


def kept() -> dict[str, int]:
    """How many rows there are of what a job may leave behind."""
    tables = (NovelRow, StoredPage, SiteReading)
    with db.transaction() as session:
        return {table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_a_dry_run_looks_at_the_index_and_four_chapters_and_an_edit_after_it_is_no_less_news(work: Work):
    edited = novel().rewriting(novel().chapters[0].key, "<p>All of it anew.</p>" * 5)
    with Site(plain.render(novel())) as site:
        job = look(f"{site.url}/chapters/{novel().chapters[4].key}.html", work)
        asked, left = [hit.path for hit in site.hits], kept()
        site.pages.update(plain.render(edited))
        real = ingest(f"{site.url}/index.html", work)

    assert (job.status, job.site, job.novel_id, job.chapters_saved) == (JobStatus.DONE, "generic", None, 0)
    texts = [f"/chapters/{novel().chapters[place].key}.html" for place in (0, 1, 3, 5)]
    assert asked == ["/robots.txt", f"/chapters/{novel().chapters[4].key}.html", "/index.html", *texts]
    assert left == {"novel": 0, "page": 0, "reading": 0}
    assert words(library(real)[0].content)[:4] == ["All", "of", "it", "anew."]
    with db.transaction() as session:
        assert joblist.per_site(session) == {"generic": 1}


def test_what_looks_wrong_is_told_and_what_cannot_be_read_at_all_is_an_error_that_no_site_is_blamed_for(work: Work):
    pages = plain.render(novel())
    del pages[f"/chapters/{novel().chapters[1].key}.html"]
    with Site(pages | {"/about": Page("<p>About us.</p>")}) as site:
        doubtful = look(f"{site.url}/index.html", work)
        unread = look(f"{site.url}/about", work)

    assert (doubtful.status, "cannot be read: the site answers 404" in str(doubtful.found)) == (JobStatus.DONE, True)
    assert (unread.status, unread.error_kind, unread.found) == (JobStatus.ERROR, "unsupported_site", None)
    assert kept()["reading"] == 0


def test_a_site_that_wants_no_more_for_now_gets_its_rest_and_is_asked_again_by_the_next_attempt(
    work: Work, monkeypatch: pytest.MonkeyPatch
):
    configure(monkeypatch, MAX_ATTEMPTS="2", PAGE_RETRIES="0")
    busy = f"/chapters/{novel().chapters[1].key}.html"
    pages = plain.render(novel()) | {busy: Page("slower", status=429, headers={"Retry-After": "600"})}
    with Site(pages) as site:
        job = look(f"{site.url}/index.html", work)

        assert site.hits[-1].path == busy
    assert (job.status, job.error_kind) == (JobStatus.QUEUED, "blocked")
    assert job.not_before is not None
    assert (job.not_before - job.updated_at).total_seconds() >= 600


def test_a_dry_run_that_dies_before_its_end_is_begun_anew(
    work: Work, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    with Site(plain.render(novel())) as site:

        def act() -> None:
            intake.submit(f"{site.url}/index.html", dry_run=True)
            work()

        in_a_process_that_dies_at(Point.SAVING_BEGUN, act, monkeypatch)
        assert "killed at saving-begun" in capfd.readouterr().err
        heal(work)

        assert len(site.hits) == 2 * len(("robots.txt", "index", 1, 2, 4, 6))
    assert (only_job().attempt, (only_job().found or {})["chapters"]) == (2, 6)
    assert kept() == {"novel": 0, "page": 0, "reading": 0}


def test_posted_rules_are_tried_through_the_api(work: Work):
    with Site(render(novel())) as site, TestClient(applications.api()) as api:
        wish = {"url": f"{site.url}/book/weir", "dry_run": True, "rules": RULES}
        job_id = api.post("/ingest", json=wish).json()["job_id"]
        work()
        job = api.get(f"/jobs/{job_id}").json()

    assert (job["status"], job["site"], job["rules"]) == ("done", "lanternpress", RULES)
    found = job["found"]
    assert (found["novel"]["authors"], found["chapters"], found["strategy"]) == ([novel().author], 6, "ul.parts a")
    assert [one["position"] for one in found["looked_at"]] == [1, 2, 4, 6]
    last, text = found["looked_at"][3], words(novel().chapters[5].content)
    assert (last["title"], last["words"], last["begins"]) == (novel().chapters[5].title, len(text), " ".join(text[:12]))
    assert found["looks_wrong"] == []
    assert kept() == {"novel": 0, "page": 0, "reading": 0}


def test_a_dry_run_ends_where_a_job_would(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, MAX_PAGES="3")
    with Site(plain.render(novel())) as site:
        job = look(f"{site.url}/index.html", work)

    assert (job.status, job.error_kind) == (JobStatus.ERROR, "too_large")


@pytest.mark.long
def test_a_posted_pattern_that_never_ends_costs_its_own_job(environment: dict[str, str]):
    endless = RULES.replace("'/part/([0-9]+)'", "'((x+x+)+)y'")
    book = Page(f"<h1 class=name>T</h1><ul class=parts><a href=/part/{'x' * 60}>1. Rope</a></ul>")
    with Site(plain.render(novel()) | {"/book/weir": book}) as site, working(LEASE_SECONDS="1", RECOVERY_SECONDS="1"):
        hung = intake.submit(f"{site.url}/book/weir", dry_run=True, rules=endless).job.id
        until(lambda: read(hung).status is JobStatus.ERROR, "it was not given up")
        next_one = ended(intake.submit(f"{site.url}/index.html", dry_run=True).job.id)

    assert (read(hung).error_kind, next_one.status) == ("crash", JobStatus.DONE)


def test_the_command_shows_what_was_found(environment: dict[str, str], tmp_path: Path):
    rules = tmp_path / "lanternpress.toml"
    rules.write_text(RULES)
    pages = render(novel())
    with Site(pages) as site, working():
        told = run("ingest", f"{site.url}/book/weir", "--dry-run", "--rules", rules)
        pages["/book/weir"] = Page(str(pages["/book/weir"].body).replace("class=by", "class=writer"))
        site.pages.update(pages)
        wrong = run("ingest", f"{site.url}/book/weir", "--dry-run", "--rules", rules)
        shown = run("job", 1)

    assert (told.exit_code, wrong.exit_code) == (0, 1), told.output
    assert all(text in told.stdout for text in (novel().author, novel().chapters[5].title, "a dry run"))
    assert "looks wrong: the novel has no author" in wrong.stdout
    assert "6 chapters" in shown.stdout
    assert "a dry run, which saves nothing: 6 chapters; looks wrong: 0" in story(1)


def test_the_command_refuses_rules_that_cannot_be_used_or_are_for_a_real_job(
    environment: dict[str, str], tmp_path: Path
):
    rules = tmp_path / "a.toml"
    rules.write_text("name = 7")
    broken = run("ingest", "https://example.org/novel", "--dry-run", "--rules", rules)
    rules.write_text(RULES)
    real = run("ingest", "https://example.org/novel", "--rules", rules)

    assert (broken.exit_code, real.exit_code) == (1, 1)
    assert "rules: domains, chapters, content must be given" in broken.output
    assert "only a dry run goes by a text" in real.output
