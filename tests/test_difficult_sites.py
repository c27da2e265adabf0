"""Each way in which a page can be difficult, and the honest end it leads to."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ingestion import db
from ingestion.models import NovelRow
from ingestion.status import JobStatus
from tests.alike import alike
from tests.conftest import configure
from tests.library import Work, ingest, library, novel, words
from tests.sites import plain, royalroad
from tests.sites.web import Hit, Page, Site


@pytest.mark.parametrize("status", alike(410, 404))
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
