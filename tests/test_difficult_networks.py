"""What stands between us and a page: names, addresses, redirects, robots.txt, codings; and the honest end each leads to."""

from __future__ import annotations

import gzip
import itertools
import zlib
from collections.abc import Callable
from dataclasses import replace

import brotli
import pytest
import zstandard

from ingestion import db, recovery
from ingestion.models import Job
from ingestion.status import JobStatus
from tests.alike import alike
from tests.conftest import configure
from tests.library import Work, ingest, library, novel, words
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Page, Site

CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


def test_transient_errors_are_retried_at_once(work: Work):
    pages = plain.render(novel())
    path = next(p for p in pages if p.startswith("/chapters/"))
    pages[path] = replace(pages[path], fail_first=2)
    with Site(pages) as site:
        job = ingest(f"{site.url}/index.html", work)

        assert site.requests(path) == 3
    assert job.status is JobStatus.DONE


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


def test_compressed_answers_are_read_and_stored_as_what_they_mean(work: Work):
    sample = novel()
    pages = {
        path: replace(page, body=CODINGS[coding](page.content), headers={"Content-Encoding": coding})
        for (path, page), coding in zip(plain.render(sample).items(), itertools.cycle(CODINGS))
    }
    with Site(pages) as site:
        job = ingest(f"{site.url}/index.html", work)

    assert [words(c.content) for c in library(job)] == [words(c.content) for c in sample.chapters]


def test_a_chapter_that_moved_is_followed_and_costs_nothing_the_next_time(work: Work):
    sample = novel()
    pages = plain.render(sample)
    path = f"/chapters/{sample.chapters[1].key}.html"
    pages["/elsewhere.html"], pages[path] = pages[path], Page("", status=302, headers={"Location": "/elsewhere.html"})
    with Site(pages) as site:
        job = ingest(f"{site.url}/index.html", work)
        before = len(site.hits)
        ingest(f"{site.url}/index.html", work)

        assert [hit.path for hit in site.hits[before:]] == ["/index.html"]
    assert words(library(job)[1].content) == words(sample.chapters[1].content)


def test_a_redirect_in_a_circle_ends_in_an_honest_error(work: Work):
    with Site({"/index.html": Page("", status=302, headers={"Location": "/index.html"})}) as site:
        job = ingest(f"{site.url}/index.html", work)

        assert len(site.hits) < 15
    assert (job.status, job.error_kind) == (JobStatus.ERROR, "unreachable")
    assert "leads back to itself" in (job.error_message or "")


def test_a_chapter_whose_answer_is_cut_off_is_not_saved_as_it_is(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, PAGE_RETRIES="0")
    sample = novel()
    pages = plain.render(sample)
    path = f"/chapters/{sample.chapters[1].key}.html"
    pages[path] = replace(pages[path], headers={"Content-Length": "999999"}, etag=False)
    with Site(pages) as site:
        configure(monkeypatch, DOWNLOAD_TIMEOUT="1")
        job = ingest(f"{site.url}/index.html", work)

    assert (job.status, job.error_kind, job.chapters_saved) == (JobStatus.ERROR, "incomplete", 5)


def test_a_novel_that_moved_and_moved_back_is_found_at_the_next_attempt(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, MAX_ATTEMPTS="2", RETRY_SECONDS="0")
    pages = plain.render(novel())
    there = {"/index.html": Page("", status=301, headers={"Location": "/new.html"}), "/new.html": pages["/index.html"]}
    back = {"/index.html": pages["/index.html"], "/new.html": Page("", status=301, headers={"Location": "/index.html"})}
    with Site(pages | there) as site:
        ingest(f"{site.url}/index.html", work)
        site.pages.update(back)
        job = ingest(f"{site.url}/index.html", work)
        recovery.recover()
        work()

    with db.transaction() as session:
        assert session.get_one(Job, job.id).status is JobStatus.DONE


@pytest.mark.parametrize(("status", "kind"), alike((503, "unreachable"), (500, "unreachable"), (429, "blocked")))
def test_where_robots_txt_cannot_be_had_nothing_is_fetched(
    work: Work, monkeypatch: pytest.MonkeyPatch, status: int, kind: str
):
    configure(monkeypatch, PAGE_RETRIES="0")
    with Site(plain.render(novel()) | {"/robots.txt": Page("Disallow:", status=status)}) as site:
        job = ingest(f"{site.url}/index.html", work)

        assert [hit.path for hit in site.hits] == ["/robots.txt"]
    assert (job.status, job.error_kind) == (JobStatus.ERROR, kind)
    assert "/robots.txt" in (job.error_message or "")


@pytest.mark.parametrize("status", alike(403, 401, 404, 410))
def test_a_site_without_a_robots_txt_has_no_rules(work: Work, status: int):
    page = Page("User-agent: *\nDisallow: /\n", status=status, content_type="text/plain")
    with Site(plain.render(make_novel(chapters=2)) | {"/robots.txt": page}) as site:
        job = ingest(f"{site.url}/index.html", work)

    assert job.status is JobStatus.DONE
