"""Wikisource through the whole system: what is asked for, and what is in the library afterwards."""

from __future__ import annotations

import pytest

from ingestion.status import JobStatus
from tests.conftest import configure
from tests.library import Work, ingest, library, novel, words
from tests.sites import wikisource
from tests.sites.web import Site


def test_a_work_is_read_from_its_pages_and_asking_again_costs_one_request(work: Work, monkeypatch: pytest.MonkeyPatch):
    sample = novel()
    index = wikisource.start(sample)
    with Site(wikisource.render(sample)) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=wikisource")
        job = ingest(f"{site.url}/wiki/{wikisource.page_of(sample, sample.chapters[2])}?utm_source=mail", work)
        first = [hit.path for hit in site.hits]
        ingest(f"{site.url}{index}", work)

        later = [(hit.path, hit.status) for hit in site.hits[len(first) :]]
    chapters = library(job)
    assert (job.status, job.site, job.chapters_saved) == (JobStatus.DONE, "wikisource", 6)
    assert [(c.title, c.volume, words(c.content)) for c in chapters] == [
        (c.title, c.volume, words(c.content)) for c in sample.chapters
    ]
    assert first[:2] == ["/robots.txt", index]
    assert sorted(first[2:]) == sorted(wikisource.address(wikisource.page_of(sample, c)) for c in sample.chapters)
    assert later == [(index, 304)]


def test_a_work_listed_by_its_parts_costs_a_request_for_each_when_asked_for_again(
    work: Work, monkeypatch: pytest.MonkeyPatch
):
    sample = novel()
    index = wikisource.start(sample)
    with Site(wikisource.render(sample, by_part=True)) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=wikisource")
        job = ingest(f"{site.url}{index}", work)
        before = len(site.hits)
        ingest(f"{site.url}{index}", work)

        later = [hit.path for hit in site.hits[before:]]
    assert [c.key for c in library(job)] == [wikisource.page_of(sample, c) for c in sample.chapters]
    assert sorted(later) == [index, f"{index}/Book_1", f"{index}/Book_2"]


def test_a_work_of_one_page_is_one_chapter_and_one_request(work: Work, monkeypatch: pytest.MonkeyPatch):
    page = wikisource.page("A_Letter_on_Salt", "<p>Sir, the salt is <i>late</i>, and so am I.</p>")
    with Site({"/wiki/A_Letter_on_Salt": page}) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=wikisource")
        job = ingest(f"{site.url}/wiki/A_Letter_on_Salt", work)

        asked = [hit.path for hit in site.hits]
    assert [(c.key, c.title, words(c.content)[:2]) for c in library(job)] == [
        ("A_Letter_on_Salt", "A Letter on Salt", ["Sir,", "the"])
    ]
    assert asked == ["/robots.txt", "/wiki/A_Letter_on_Salt"]
