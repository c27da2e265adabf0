"""Project Gutenberg through the whole system: one page is the whole book, and the main site is never asked."""

from __future__ import annotations

import pytest

from ingestion.status import JobStatus
from tests.conftest import configure
from tests.library import Work, ingest, library, novel, words
from tests.sites import gutenberg
from tests.sites.web import Site


def test_a_book_costs_one_request_and_another_when_it_is_asked_for_again(work: Work, monkeypatch: pytest.MonkeyPatch):
    sample = novel()
    path = gutenberg.start(sample)
    with Site(gutenberg.render(sample)) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=gutenberg")
        job = ingest(f"{site.url}/ebooks/{sample.key}", work)
        first = [hit.path for hit in site.hits]
        ingest(f"{site.url}{path}", work)

        later = [(hit.path, hit.status) for hit in site.hits[len(first) :]]
    chapters = library(job)
    assert (job.status, job.site, job.chapters_saved, job.pages_total) == (JobStatus.DONE, "gutenberg", 6, 1)
    assert [(c.title, c.volume, words(c.content)) for c in chapters] == [
        (c.title, c.volume, words(c.content)) for c in sample.chapters
    ]
    assert first == ["/robots.txt", path]
    assert later == [(path, 304)]


def test_a_book_of_the_main_site_ends_with_a_sentence_that_says_what_to_do(work: Work):
    job = ingest("https://www.gutenberg.org/ebooks/1342", work)

    assert (job.status, job.error_kind) == (JobStatus.ERROR, "robots")
    assert "SITE_ALIASES=<its host>=gutenberg" in (job.error_message or "")
