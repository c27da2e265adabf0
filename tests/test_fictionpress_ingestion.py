"""A story of FictionPress through the whole system, and what it costs the site."""

from __future__ import annotations

import pytest

from ingestion.status import JobStatus
from tests.alike import alike
from tests.conftest import configure
from tests.library import Work, ingest, library, words
from tests.sites import fictionpress
from tests.sites.samples import make_novel
from tests.sites.web import Page, Site
from tests.spiders.recorded import PAGES


@pytest.mark.parametrize(("chapters", "again"), alike((7, [1, 7]), (1, [1]), (2, [1, 2])))
def test_a_story_costs_a_request_a_chapter_and_again_the_first_and_the_newest(
    work: Work, monkeypatch: pytest.MonkeyPatch, chapters: int, again: list[int]
):
    sample = make_novel(chapters=chapters)
    with Site(fictionpress.render(sample)) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=fictionpress")
        job = ingest(f"{site.url}/s/{sample.key}/1/Any-Slug?utm_source=mail", work)
        asked = [hit.path for hit in site.hits]
        second = ingest(f"{site.url}/s/{sample.key}/2/", work)

        later = site.hits[len(asked) :]
    saved = library(job)
    assert (job.status, job.site, job.chapters_saved) == (JobStatus.DONE, "fictionpress", chapters)
    assert (job.pages_done, job.pages_total) == (chapters, chapters)
    assert [(c.key, words(c.content)) for c in saved] == [
        (str(number), words(c.content)) for number, c in enumerate(sample.chapters, 1)
    ]
    assert sorted(asked) == ["/robots.txt", *(fictionpress.path(sample, number) for number in range(1, chapters + 1))]
    assert [(hit.path, hit.status) for hit in later] == [(fictionpress.path(sample, number), 304) for number in again]
    assert (second.status, second.chapters_saved) == (JobStatus.DONE, chapters)


def test_new_chapters_are_found_though_page_1_does_not_know_them(work: Work, monkeypatch: pytest.MonkeyPatch):
    sample = make_novel(chapters=9)
    with Site(fictionpress.render(sample.without(*(c.key for c in sample.chapters[6:])))) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=fictionpress")
        ingest(f"{site.url}/s/{sample.key}/1/", work)
        before = len(site.hits)
        site.pages.update(fictionpress.render(sample, unseen=3))
        job = ingest(f"{site.url}/s/{sample.key}/1/", work)

        later = sorted(hit.path for hit in site.hits[before:])
    assert [c.title for c in library(job)] == [c.title for c in sample.chapters]
    assert later == [fictionpress.path(sample, number) for number in (1, 6, 7, 8, 9)]


def test_a_newest_chapter_that_is_not_there_is_missing_and_the_others_are_saved(
    work: Work, monkeypatch: pytest.MonkeyPatch
):
    sample = make_novel(chapters=3)
    gone = (PAGES / "fictionpress" / "chapter-not-found.html").read_bytes()
    with Site(fictionpress.render(sample) | {fictionpress.path(sample, 3): Page(gone)}) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=fictionpress")
        job = ingest(f"{site.url}/s/{sample.key}/1/", work)

    assert (job.status, job.chapters_saved, job.chapters_missing) == (JobStatus.DONE, 2, 1)
    assert [c.missing_kind for c in library(job)] == [None, None, "not_found"]
