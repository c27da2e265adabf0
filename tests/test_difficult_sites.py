"""Each way in which a site can be difficult, and the honest end it leads to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingestion.status import JobStatus
from tests.conftest import configure
from tests.library import Work, ingest, library, novel, words
from tests.sites import plain
from tests.sites.web import Page, Site


def test_transient_errors_are_retried_at_once(work: Work):
    pages = plain.render(novel())
    path = next(p for p in pages if p.startswith("/chapters/"))
    pages[path] = replace(pages[path], fail_first=2)
    with Site(pages) as site:
        job = ingest(f"{site.url}/index.html", work)

        assert site.requests(path) == 3
    assert job.status is JobStatus.DONE


@pytest.mark.parametrize("status", [404, 410])
def test_a_chapter_that_the_site_no_longer_serves_keeps_its_place(work: Work, status: int):
    sample = novel()
    pages = plain.render(sample)
    path = f"/chapters/{sample.chapters[3].key}.html"
    pages[path] = Page("gone", status=status)
    with Site(pages) as site:
        job = ingest(f"{site.url}/index.html", work)
        ingest(f"{site.url}/index.html", work)

        assert site.requests(path) == 2
    missing = library(job)[3]
    assert (job.status, job.chapters_saved, job.chapters_missing) == (JobStatus.DONE, 5, 1)
    assert (missing.content, missing.missing_kind) == (None, "not_found")


def test_an_incomplete_attempt_saves_what_it_has_and_names_the_rest(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, PAGE_RETRIES="0")
    sample = novel()
    pages = plain.render(sample)
    path = f"/chapters/{sample.chapters[3].key}.html"
    good, pages[path] = pages[path], Page("broken", status=500)
    with Site(pages) as site:
        job = ingest(f"{site.url}/index.html", work)
        site.pages[path] = good
        before = len(site.hits)
        again = ingest(f"{site.url}/index.html", work)

        assert [hit.path for hit in site.hits[before:]] == ["/index.html", path]
    assert (job.status, job.error_kind, job.chapters_saved) == (JobStatus.ERROR, "incomplete", 5)
    assert sample.chapters[3].title in (job.error_message or "")
    assert (again.status, again.chapters_saved) == (JobStatus.DONE, 6)


def test_a_challenge_in_place_of_a_chapter_is_never_saved(work: Work):
    sample = novel()
    pages = plain.render(sample)
    path = f"/chapters/{sample.chapters[2].key}.html"
    challenge = (
        "<html><head><title>Just a moment...</title></head><body><div id='cf-challenge'>Checking</div></body></html>"
    )
    good, pages[path] = pages[path], Page(challenge)
    with Site(pages) as site:
        job = ingest(f"{site.url}/index.html", work)
        site.pages[path] = good
        again = ingest(f"{site.url}/index.html", work)

    assert (job.status, job.error_kind) == (JobStatus.ERROR, "incomplete")
    assert again.status is JobStatus.DONE
    assert words(library(again)[2].content) == words(sample.chapters[2].content)


@pytest.mark.parametrize(
    ("page", "kind", "says"),
    [
        (Page("no", status=404), "not_found", "is not there (404)"),
        (Page("no", status=403), "blocked", "refuses"),
        (Page("oops", status=500), "unreachable", "error (500)"),
        (Page("<p>Nothing to read here.</p>"), "unsupported_site", "looks like"),
        (Page(b"%PDF-1.7 \x00\x01\x02", content_type="application/pdf"), "unsupported_site", "application/pdf"),
        (Page("late", delay=3), "timeout", "in time"),
        (Page("x" * 5000), "too_large", "larger"),
    ],
)
def test_an_index_that_cannot_be_had_ends_in_an_honest_error(
    work: Work, monkeypatch: pytest.MonkeyPatch, page: Page, kind: str, says: str
):
    configure(monkeypatch, PAGE_RETRIES="0", DOWNLOAD_TIMEOUT="1", MAX_PAGE_BYTES="4096")
    with Site({"/index.html": page}) as site:
        job = ingest(f"{site.url}/index.html", work)

    assert (job.status, job.error_kind) == (JobStatus.ERROR, kind)
    assert says in (job.error_message or "")
    assert "Traceback" not in (job.error_message or "")


def test_a_name_that_does_not_resolve_is_told_as_that(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, PAGE_RETRIES="0")
    job = ingest("http://no-such-host.invalid/novel", work)

    assert (job.status, job.error_kind) == (JobStatus.ERROR, "unreachable")
    assert "no-such-host.invalid does not resolve" in (job.error_message or "")


def test_a_refused_connection_is_told_as_that(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, PAGE_RETRIES="0")
    with Site({}) as site:
        url = f"{site.url}/index.html"
    job = ingest(url, work)

    assert (job.status, job.error_kind) == (JobStatus.ERROR, "unreachable")
    assert "could not be fetched" in (job.error_message or "")


def test_what_robots_txt_forbids_is_not_fetched(work: Work):
    pages = plain.render(novel()) | {"/robots.txt": Page("User-agent: *\nDisallow: /\n", content_type="text/plain")}
    with Site(pages) as site:
        job = ingest(f"{site.url}/index.html", work)

        assert site.requests("/index.html") == 0
    assert (job.status, job.error_kind) == (JobStatus.ERROR, "robots")


def test_a_redirect_to_a_forbidden_address_is_not_followed(work: Work, monkeypatch: pytest.MonkeyPatch):
    with Site({"/secret": Page("inside")}) as inner, Site() as outer:
        outer.pages["/index.html"] = Page(
            "", status=302, headers={"Location": inner.url.replace("127.0.0.1", "127.0.0.2")}
        )
        configure(monkeypatch, ALLOWED_NETWORKS="127.0.0.1/32")
        job = ingest(f"{outer.url}/index.html", work)

        assert inner.hits == []
    assert (job.status, job.error_kind) == (JobStatus.ERROR, "forbidden_address")
