"""Each way in which a site can be difficult, and the honest end it leads to."""

from __future__ import annotations

import gzip
import json
import socket
import zlib
from dataclasses import replace

import brotli
import pytest
import zstandard

from ingestion import db, recovery
from ingestion.models import Job, NovelRow
from ingestion.status import JobStatus
from tests.conftest import configure
from tests.library import Work, ingest, library, novel, words
from tests.sites import plain, royalroad
from tests.sites.web import Hit, Page, Site


def test_transient_errors_are_retried_at_once(work: Work):
    pages = plain.render(novel())
    path = next(p for p in pages if p.startswith("/chapters/"))
    pages[path] = replace(pages[path], fail_first=2)
    with Site(pages) as site:
        job = ingest(f"{site.url}/index.html", work)

        assert site.requests(path) == 3
    assert job.status is JobStatus.DONE


def resolves(name: str) -> bool:
    try:
        socket.getaddrinfo(name, None)
    except OSError:
        return False
    return True


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


def test_a_page_that_only_says_not_found_is_asked_for_again_too(work: Work, monkeypatch: pytest.MonkeyPatch):
    sample = novel()
    pages = royalroad.render(sample)
    path = next(p for p in pages if f"/chapter/{sample.chapters[2].key}/" in p)
    said = Page("<html><body><div class='number'>404</div><h1>Page Not Found</h1></body></html>")
    good, pages[path] = pages[path], said
    with Site(pages) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=royalroad")
        first = ingest(f"{site.url}/fiction/{sample.key}", work)
        site.pages[path] = good
        second = ingest(f"{site.url}/fiction/{sample.key}", work)

    assert (first.status, first.chapters_saved, first.chapters_missing) == (JobStatus.DONE, 5, 1)
    assert (second.status, second.chapters_saved, second.chapters_missing) == (JobStatus.DONE, 6, 0)


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

    assert (job.status, job.error_kind, job.site, job.pages_done) == (JobStatus.ERROR, kind, "generic", 1)
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


@pytest.mark.skipif(not resolves(socket.gethostname()), reason="this machine's own name does not resolve")
def test_a_name_is_judged_by_the_address_that_would_be_dialled(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, ALLOWED_NETWORKS="", PAGE_RETRIES="0")
    with Site(plain.render(novel())) as site:
        job = ingest(f"{site.url}/index.html".replace("127.0.0.1", socket.gethostname()), work)

        assert site.hits == []
    assert (job.status, job.error_kind) == (JobStatus.ERROR, "forbidden_address")


def test_a_redirect_to_a_forbidden_address_is_not_followed(work: Work, monkeypatch: pytest.MonkeyPatch):
    with Site({"/secret": Page("inside")}) as inner, Site() as outer:
        outer.pages["/index.html"] = Page(
            "", status=302, headers={"Location": inner.url.replace("127.0.0.1", "127.0.0.2")}
        )
        configure(monkeypatch, ALLOWED_NETWORKS="127.0.0.1/32")
        job = ingest(f"{outer.url}/index.html", work)

        assert inner.hits == []
    assert (job.status, job.error_kind) == (JobStatus.ERROR, "forbidden_address")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_compressed_answers_are_read_and_stored_as_what_they_mean(work: Work, coding: str):
    sample = novel()
    compress = {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "br": brotli.compress,
        "zstd": zstandard.ZstdCompressor().compress,
    }[coding]
    pages = {
        path: replace(page, body=compress(page.content), headers={"Content-Encoding": coding})
        for path, page in plain.render(sample).items()
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


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("/index.html", "unreachable"),
        ("file:///etc/passwd", "unreachable"),
        ("http://10.0.0.1/", "forbidden_address"),
    ],
)
def test_a_redirect_that_leads_nowhere_ends_in_an_honest_error(work: Work, location: str, kind: str):
    with Site({"/index.html": Page("", status=302, headers={"Location": location})}) as site:
        job = ingest(f"{site.url}/index.html", work)

        assert len(site.hits) < 15
    assert (job.status, job.error_kind) == (JobStatus.ERROR, kind)


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


def test_what_a_hostile_page_says_is_stored_as_harmless_text(work: Work):
    sample = novel()
    evil = (
        "<p>Words.</p><script>alert(1)</script><img src=x onerror=alert(2)><a href='javascript:alert(3)'>link</a>" * 5
    )
    first = replace(sample.chapters[0], content=evil, title="<script>alert(4)</script> \u202eTitle")
    with Site(plain.render(replace(sample, chapters=(first, *sample.chapters[1:])))) as site:
        chapter = library(ingest(f"{site.url}/index.html", work))[0]

    stored = chapter.content or ""
    assert not any(sign in stored for sign in ("<script", "onerror", "javascript:"))
    assert chapter.title.startswith("<script>")  # a title is text, and whoever shows it escapes it


def test_a_page_may_hold_what_postgresql_cannot_store(work: Work):
    sample = novel()
    pages = plain.render(sample)
    path = f"/chapters/{sample.chapters[0].key}.html"
    pages[path] = replace(
        pages[path], body=pages[path].content.replace(b"</main>", b"<p>nul \x00 &#0; &#xD800; end</p></main>")
    )
    with Site(pages) as site:
        job = ingest(f"{site.url}/index.html", work)

    assert job.status is JobStatus.DONE
    assert (library(job)[0].content or "").rstrip().endswith("end</p>")


def test_metadata_that_is_not_what_it_should_be_does_no_harm(work: Work):
    data = {
        "@type": "Book",
        "name": "The\u0000 Weir \ud800",
        "description": ["a"],
        "author": [{"name": 7}, "A\u0000nn"],
        "image": 3,
    }
    pages = plain.render(novel())
    script = f'<script type="application/ld+json">{json.dumps(data)}</script></head>'.encode()
    pages["/index.html"] = replace(pages["/index.html"], body=pages["/index.html"].content.replace(b"</head>", script))
    with Site(pages) as site:
        job = ingest(f"{site.url}/index.html", work)

    with db.transaction() as session:
        found = session.get_one(NovelRow, job.novel_id)
    assert (found.title, found.authors, found.description) == ("The Weir", ["Ann"], None)


def test_a_whole_index_of_locked_or_missing_chapters_is_an_error(work: Work):
    pages = {path: page if "index" in path else Page("no", status=404) for path, page in plain.render(novel()).items()}
    with Site(pages) as site:
        job = ingest(f"{site.url}/index.html", work)

    assert (job.status, job.error_kind) == (JobStatus.ERROR, "not_found")
    assert "none of the 6 chapters" in (job.error_message or "")


def test_an_endless_chain_stops_at_the_limit(work: Work, monkeypatch: pytest.MonkeyPatch):
    def endless(hit: Hit) -> Page:
        number = int(hit.path.removeprefix("/part-"))
        return Page(
            f"<article><h1>{number}</h1>{'<p>It goes on and on, and never ends.</p>' * 20}</article><a rel=next href='/part-{number + 1}'>Next</a>"
        )

    configure(monkeypatch, MAX_PAGES="30")
    with Site({f"/part-{n}": endless for n in range(200)}) as site:
        job = ingest(f"{site.url}/part-1", work)

        assert site.requests("/part-") < 60
    assert (job.status, job.error_kind) == (JobStatus.ERROR, "too_large")


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


def test_what_a_picture_or_a_key_is_called_costs_no_novel(work: Work):
    sample = novel()
    pages = plain.render(sample)
    long = f"/chapters/{'x' * 1500}.html"
    path = f"/chapters/{sample.chapters[0].key}.html"
    script = (
        '<script type="application/ld+json">{"@type": "Book", "image": "http://x/\\u0000\\ud800.png"}</script></head>'
    )
    index = (
        pages["/index.html"].content.replace(b"</head>", script.encode()).replace(path[1:].encode(), long[1:].encode())
    )
    with Site(pages | {"/index.html": Page(index), long: pages[path]}) as site:
        job = ingest(f"{site.url}/index.html", work)

    assert (job.status, job.chapters_saved) == (JobStatus.DONE, 6)


def test_of_a_novel_that_cannot_be_had_the_reason_of_most_chapters_is_told(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, PAGE_RETRIES="0")
    pages: dict[str, Page] = {
        path: page if "index" in path else Page("no", status=503) for path, page in plain.render(novel()).items()
    }
    pages[next(path for path in pages if "index" not in path)] = Page("<html><body></body></html>")
    with Site(pages) as site:
        job = ingest(f"{site.url}/index.html", work)

    assert job.error_kind == "unreachable"
    assert "5 of them (unreachable)" in (job.error_message or "")


@pytest.mark.parametrize(("status", "kind"), [(500, "unreachable"), (503, "unreachable"), (429, "blocked")])
def test_where_robots_txt_cannot_be_had_nothing_is_fetched(
    work: Work, monkeypatch: pytest.MonkeyPatch, status: int, kind: str
):
    configure(monkeypatch, PAGE_RETRIES="0")
    with Site(plain.render(novel()) | {"/robots.txt": Page("Disallow:", status=status)}) as site:
        job = ingest(f"{site.url}/index.html", work)

        assert [hit.path for hit in site.hits] == ["/robots.txt"]
    assert (job.status, job.error_kind) == (JobStatus.ERROR, kind)
    assert "/robots.txt" in (job.error_message or "")


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_site_without_a_robots_txt_has_no_rules(work: Work, status: int):
    page = Page("User-agent: *\nDisallow: /\n", status=status, content_type="text/plain")
    with Site(plain.render(novel()) | {"/robots.txt": page}) as site:
        job = ingest(f"{site.url}/index.html", work)

    assert job.status is JobStatus.DONE
