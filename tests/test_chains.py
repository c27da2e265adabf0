"""A serial without a list whose chapters lead to what is not there, or is none: what can be read is kept."""

from __future__ import annotations

import pytest

from ingestion.status import JobStatus
from tests.library import Work, ingest, library, novel
from tests.sites import chain
from tests.sites.web import Page, Site

ENDS = [
    (Page("no", status=404), JobStatus.DONE, "not_found"),
    (Page("<p>You must be logged in to read this chapter.</p>"), JobStatus.DONE, "locked"),
    (Page("<h1>Soon</h1><p>Come back.</p>"), JobStatus.ERROR, "unsupported_site"),
]


@pytest.mark.parametrize(("page", "status", "kind"), ENDS, ids=[kind for _, _, kind in ENDS])
def test_a_next_chapter_that_cannot_be_read_costs_those_before_it_nothing(
    work: Work, page: Page, status: JobStatus, kind: str
):
    sample = novel()
    pages = chain.render(sample)
    path = f"/part-{len(sample.chapters)}"
    good, pages[path] = pages[path], page
    with Site(pages) as site:
        first = ingest(f"{site.url}/part-1", work)
        found = library(first)
        site.pages[path] = good
        later = ingest(f"{site.url}/part-1", work)

    assert (first.status, first.chapters_saved, found[-1].missing_kind) == (status, 5, kind)
    assert (later.status, later.chapters_saved) == (JobStatus.DONE, 6)
    assert [c.title for c in library(later)] == [c.title for c in sample.chapters]
    assert library(later)[-1].id == found[-1].id


def test_a_last_chapter_that_is_taken_down_stays_readable(work: Work):
    sample = novel()
    with Site(chain.render(sample)) as site:
        ingest(f"{site.url}/part-1", work)
        site.pages[f"/part-{len(sample.chapters)}"] = Page("no", status=404)
        job = ingest(f"{site.url}/part-1", work)

    assert job.status is JobStatus.DONE, job.error_message
    assert all(chapter.content for chapter in library(job))


def test_a_later_chapter_given_as_the_novel_makes_none_of_those_before_it_gone(work: Work):
    with Site(chain.render(novel())) as site:
        first = ingest(f"{site.url}/part-1", work)
        job = ingest(f"{site.url}/part-3", work)

        assert f"begins at {site.url}/part-1: post that" in (job.error_message or "")
    assert (job.status, job.error_kind) == (JobStatus.ERROR, "shrunk")
    assert all(chapter.gone_at is None for chapter in library(first))
