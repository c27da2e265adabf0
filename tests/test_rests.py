"""A site that fails for a while or asks for a rest: what is there is saved, the rest is fetched later, and nothing twice."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from scrapy.http import Response
from sqlalchemy import delete, func, update

from ingestion import broker, config, db, intake, joblist, recovery, tasks
from ingestion.crashpoints import Point
from ingestion.crawl.reasons import retry_after
from ingestion.models import Job
from ingestion.models import Page as PageRow
from ingestion.status import JobStatus
from tests.conftest import configure
from tests.library import Work, ingest, library, novel, words
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Hit, Page, Site

SAMPLE = novel()
PATHS = [f"/chapters/{chapter.key}.html" for chapter in SAMPLE.chapters]
BUSY = Page("slow down", status=429, headers={"Retry-After": "600"})


@pytest.fixture(autouse=True)
def three_attempts(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, MAX_ATTEMPTS="3", PAGE_RETRIES="1", RETRY_SECONDS="30")


def after_the_rest(job: Job, work: Work) -> Job:
    broker.connection().delete(f"pace:{job.host}")
    with db.transaction() as session:
        session.execute(update(Job).values(not_before=func.now()))
    recovery.recover()
    work()
    with db.transaction() as session:
        return session.get_one(Job, job.id, populate_existing=True)


def seconds_to_rest(job: Job) -> float:
    assert job.not_before is not None
    return (job.not_before - job.updated_at).total_seconds()


def test_an_incomplete_novel_is_saved_and_the_next_attempt_asks_for_what_is_missing_alone(work: Work):
    with Site(plain.render(SAMPLE) | {PATHS[3]: Page("oops", status=500)}) as site:
        job = ingest(f"{site.url}/index.html", work)
        site.pages.update(plain.render(SAMPLE))
        before = len(site.hits)
        done = after_the_rest(job, work)

        assert [hit.path for hit in site.hits[before:]] == [PATHS[3]]
    assert (job.status, job.error_kind, job.chapters_saved, job.chapters_missing) == (
        JobStatus.QUEUED,
        "incomplete",
        5,
        1,
    )
    assert 15 <= seconds_to_rest(job) <= 30
    assert (done.status, done.attempt, done.chapters_saved, done.error_kind) == (JobStatus.DONE, 2, 6, None)


def test_when_the_attempts_are_spent_each_missing_chapter_is_named_with_its_reason(work: Work):
    with Site(plain.render(SAMPLE) | {path: Page("oops", status=500) for path in PATHS[1:3]}) as site:
        job = ingest(f"{site.url}/index.html", work)
        for _ in range(2):
            job = after_the_rest(job, work)

        assert Counter(hit.path for hit in site.hits)[PATHS[0]] == 1
    assert (job.status, job.error_kind, job.attempt) == (JobStatus.ERROR, "incomplete", 3)
    with db.transaction() as session:
        detail = joblist.events(session, job.id)[-1].detail or {}
    assert [(m["title"], m["kind"]) for m in detail["missing"]] == [
        (chapter.title, "unreachable") for chapter in SAMPLE.chapters[1:3]
    ]
    assert all(chapter.title in (job.error_message or "") for chapter in SAMPLE.chapters[1:3])


def test_a_retry_by_hand_fetches_the_missing_alone(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, MAX_ATTEMPTS="1")
    with Site(plain.render(SAMPLE) | {PATHS[2]: Page("oops", status=500)}) as site:
        job = ingest(f"{site.url}/index.html", work)
        site.pages.update(plain.render(SAMPLE))
        before = len(site.hits)
        intake.retry(job.id)
        work()

        assert [hit.path for hit in site.hits[before:]] == [PATHS[2]]
    assert [words(c.content) for c in library(job)] == [words(c.content) for c in SAMPLE.chapters]


def test_a_chapter_that_cannot_be_read_is_not_asked_for_again_and_again(work: Work):
    with Site(plain.render(SAMPLE) | {PATHS[2]: Page("<html><body><main></main></body></html>")}) as site:
        job = ingest(f"{site.url}/index.html", work)

        assert site.requests(PATHS[2]) == 1
    assert (job.status, job.error_kind, job.attempt) == (JobStatus.ERROR, "incomplete", 1)


def test_a_site_that_asks_for_a_rest_gets_it_at_once(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, PACE_SECONDS="0.3")
    with Site(plain.render(SAMPLE) | dict.fromkeys(PATHS[2:], BUSY)) as site:
        job = ingest(f"{site.url}/index.html", work)
        refused = sum(hit.status == 429 for hit in site.hits)
        site.pages.update(plain.render(SAMPLE))
        done = after_the_rest(job, work)

    assert refused <= 3  # with those under way; no other page is asked for
    assert (job.status, job.error_kind, job.chapters_saved) == (JobStatus.QUEUED, "incomplete", 2)
    assert 600 <= seconds_to_rest(job) <= 601
    assert "wants to be left alone for 600 s" in (job.error_message or "")
    assert (done.status, done.chapters_saved) == (JobStatus.DONE, 6)


def test_an_index_that_is_too_much_for_now_comes_back_when_the_site_says(work: Work):
    with Site({"/index.html": BUSY}) as site:
        job = ingest(f"{site.url}/index.html", work)

        assert site.requests("/index.html") == 1
    assert (job.status, job.error_kind) == (JobStatus.QUEUED, "blocked")
    assert 600 <= seconds_to_rest(job) <= 601


def test_a_short_rest_is_kept_within_the_crawl(work: Work):
    times: list[float] = []

    def busy_once(hit: Hit) -> Page:
        times.append(hit.time)
        return (
            Page("wait", status=503, headers={"Retry-After": "1"})
            if len(times) == 1
            else plain.render(SAMPLE)[hit.path]
        )

    with Site(plain.render(SAMPLE) | {PATHS[0]: busy_once}) as site:
        job = ingest(f"{site.url}/index.html", work)

    assert (job.status, job.attempt) == (JobStatus.DONE, 1)
    assert times[1] - times[0] >= 0.95


def test_a_date_is_counted_from_the_site_s_own_clock(work: Work):
    there = datetime(1999, 1, 1, tzinfo=UTC)
    dates = [f"{moment:%a, %d %b %Y %H:%M:%S GMT}" for moment in (there, there + timedelta(seconds=900))]
    page = Page("later", status=503, headers={"Date": dates[0], "Retry-After": dates[1]})
    with Site({"/index.html": page}) as site:
        job = ingest(f"{site.url}/index.html", work)

    assert 900 <= seconds_to_rest(job) <= 901


@pytest.mark.parametrize(
    "nonsense", ["soon", "-5", "", "1e9", "Thu, 99 Foo 2026", "Thu, 01 Jan 99999999999999999999 00:00:00 GMT"]
)
def test_nonsense_is_no_wish(nonsense: str):
    dated = {"Retry-After": nonsense, "Date": "Fri, 01 Jan 1999 00:00:00 GMT"}

    assert retry_after(Response("https://example.org/", status=503, headers=dated)) is None


@pytest.mark.parametrize("wish", ["soon", "0"])
def test_who_wishes_for_no_rest_gets_the_one_that_is_usual(work: Work, wish: str):
    with Site({"/index.html": Page("later", status=503, headers={"Retry-After": wish})}) as site:
        job = ingest(f"{site.url}/index.html", work)

    assert job.status is JobStatus.QUEUED
    assert 15 <= seconds_to_rest(job) <= 30


def test_a_page_is_asked_for_again_after_a_pause(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, PAGE_RETRY_SECONDS="0.4", PAGE_RETRIES="2")
    times: list[float] = []

    def failing(hit: Hit) -> Page:
        times.append(hit.time)
        return Page("oops", status=500)

    with Site({"/index.html": failing}) as site:
        ingest(f"{site.url}/index.html", work)

    pauses = [after - before for before, after in itertools.pairwise(times)]
    assert len(times) == 3
    assert pauses[0] >= 0.2
    assert pauses[1] >= 0.4


def test_a_site_that_fails_again_and_again_is_left_alone(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, PACE_SECONDS="0.01", PAGE_RETRIES="0")
    sample = make_novel(chapters=60)
    pages = plain.render(sample)
    with Site(pages | dict.fromkeys(list(pages)[20:], Page("no", status=403))) as site:
        job = ingest(f"{site.url}/index.html", work)

        assert sum(hit.status == 403 for hit in site.hits) < 40
    assert (job.status, job.error_kind, job.chapters_saved) == (JobStatus.QUEUED, "incomplete", 19)
    assert "The crawl ended early" in (job.error_message or "")


def test_a_chapter_that_is_gone_is_asked_for_once_by_a_job(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, PAGE_RETRIES="0")
    with Site(plain.render(SAMPLE) | {PATHS[1]: Page("gone", status=404), PATHS[3]: Page("no", status=503)}) as site:
        job = ingest(f"{site.url}/index.html", work)
        for _ in range(2):
            job = after_the_rest(job, work)
        asked = Counter(hit.path for hit in site.hits)
        ingest(f"{site.url}/index.html", work)

        assert site.requests(PATHS[1]) == 2
    assert (asked[PATHS[1]], asked[PATHS[3]], job.error_kind) == (1, 3, "incomplete")


def test_a_rest_before_a_further_page_of_the_index_is_a_rest(work: Work):
    more = '<a rel="next" href="/index2.html">Next</a></body>'
    pages = plain.render(SAMPLE)
    first = replace(pages["/index.html"], body=pages["/index.html"].content.replace(b"</body>", more.encode()))
    with Site(pages | {"/index.html": first, "/index2.html": replace(BUSY, delay=0)}) as site:
        job = ingest(f"{site.url}/index.html", work)

    assert (job.status, job.error_kind) == (JobStatus.QUEUED, "blocked")
    assert 600 <= seconds_to_rest(job) <= 601


def test_an_index_that_postgresql_lost_in_a_crash_is_fetched_again(work: Work, monkeypatch: pytest.MonkeyPatch):
    def lose_the_index(point: Point) -> None:
        if point is Point.PAGES_FETCHED:
            with db.transaction() as session:
                session.execute(delete(PageRow).where(PageRow.url.endswith("/index.html")))

    monkeypatch.setattr(tasks, "reach", lose_the_index)
    with Site(plain.render(SAMPLE)) as site:
        job = ingest(f"{site.url}/index.html", work)

    assert (job.status, job.error_kind) == (JobStatus.QUEUED, "unreachable")


def test_a_long_novel_goes_on_where_its_time_was_over_and_spends_no_attempt(
    work: Work, monkeypatch: pytest.MonkeyPatch
):
    configure(monkeypatch, PACE_SECONDS="0.2", MAX_ATTEMPTS="1")
    monkeypatch.setattr(config.settings(), "queue_job_timeout", 1)
    with Site(plain.render(SAMPLE)) as site:
        job = ingest(f"{site.url}/index.html", work)
        monkeypatch.setattr(config.settings(), "queue_job_timeout", 60)
        done = after_the_rest(job, work)

        assert max(Counter(hit.path for hit in site.hits).values()) == 1
    assert (job.status, job.error_kind, job.attempt - job.released) == (JobStatus.QUEUED, "incomplete", 0)
    assert 0 < job.chapters_saved < 6
    assert "longer than 1 s" in (job.error_message or "")
    assert (done.status, done.chapters_saved) == (JobStatus.DONE, 6)
