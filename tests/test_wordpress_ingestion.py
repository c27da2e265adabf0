"""A WordPress serial through the whole system: a hundred chapters cost one request, and news costs no more than nothing new."""

from __future__ import annotations

import pytest

from ingestion.status import JobStatus
from tests.conftest import configure
from tests.library import Work, ingest, library, words
from tests.sites import wordpress
from tests.sites.samples import make_novel
from tests.sites.web import Page, Site


def test_the_api_gives_all_chapters_in_a_few_requests(work: Work, monkeypatch: pytest.MonkeyPatch):
    sample = make_novel(chapters=7)
    sample = sample.locking(sample.chapters[3].key)
    with Site() as site:
        site.pages.update(wordpress.render(sample, site.url, per_page=4))
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=wordpress")
        job = ingest(f"{site.url}{wordpress.path_of(sample.chapters[2])}", work)

        asked = [hit.path for hit in site.hits]
    chapters = library(job)
    assert (job.status, job.site, job.chapters_saved, job.chapters_missing) == (JobStatus.DONE, "wordpress", 6, 1)
    assert [c.key for c in chapters] == [c.key for c in sample.chapters]
    assert [words(c.content) for c in chapters] == [[] if c.locked else words(c.content) for c in sample.chapters]
    assert asked == [
        "/robots.txt",
        wordpress.path_of(sample.chapters[2]),
        f"{wordpress.POSTS}&page=1",
        f"{wordpress.POSTS}&page=2",
    ]


def test_asking_again_costs_the_page_and_the_posts(work: Work, monkeypatch: pytest.MonkeyPatch):
    sample = make_novel(chapters=5)
    edited = sample.rewriting(sample.chapters[0].key, "<p>All of it anew.</p>")
    with Site() as site:
        site.pages.update(wordpress.render(sample.without(sample.chapters[4].key), site.url))
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=wordpress")
        first = ingest(f"{site.url}{wordpress.CONTENTS}", work)
        before = len(site.hits)
        site.pages.update(wordpress.render(edited, site.url))
        job = ingest(f"{site.url}{wordpress.CONTENTS}", work)

        asked = [hit.path for hit in site.hits[before:]]
    chapters = library(job)
    assert asked == [wordpress.CONTENTS, f"{wordpress.POSTS}&page=1"]
    assert (job.novel_id, job.chapters_saved) == (first.novel_id, 5)
    assert [c.revision for c in chapters] == [2, 1, 1, 1, 1]
    assert words(chapters[0].content) == ["All", "of", "it", "anew."]


def test_without_an_api_the_contents_lead_to_the_posts(work: Work, monkeypatch: pytest.MonkeyPatch):
    sample = make_novel(chapters=4)
    with Site() as site:
        site.pages.update(wordpress.render(sample, site.url, api=False))
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=wordpress")
        job = ingest(f"{site.url}{wordpress.CONTENTS}", work)
        before = len(site.hits)
        ingest(f"{site.url}{wordpress.CONTENTS}", work)

        again = [(hit.path, hit.status) for hit in site.hits[before:]]
    assert job.status is JobStatus.DONE
    assert [words(c.content) for c in library(job)] == [words(c.content) for c in sample.chapters]
    assert again == [(wordpress.CONTENTS, 304)]


def test_without_an_api_a_chapter_s_url_leads_on_to_the_last(work: Work, monkeypatch: pytest.MonkeyPatch):
    sample = make_novel(chapters=4)
    with Site() as site:
        site.pages.update(wordpress.render(sample, site.url, api=False))
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=wordpress")
        job = ingest(f"{site.url}{wordpress.path_of(sample.chapters[0])}", work)

    assert job.status is JobStatus.DONE
    assert [c.title for c in library(job)] == [c.title for c in sample.chapters]


@pytest.mark.parametrize(("status", "kind"), [(404, "unsupported_site"), (401, "blocked")])
def test_an_api_that_is_not_to_be_had_ends_the_job_with_its_address(
    work: Work, monkeypatch: pytest.MonkeyPatch, status: int, kind: str
):
    sample = make_novel(chapters=2)
    with Site() as site:
        site.pages.update(wordpress.render(sample, site.url))
        site.pages[f"{wordpress.POSTS}&page=1"] = Page('{"code": "rest_disabled"}', status=status)
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=wordpress")
        job = ingest(f"{site.url}{wordpress.CONTENTS}", work)

    assert (job.status, job.error_kind) == (JobStatus.ERROR, kind)
    assert "/wp-json/" in (job.error_message or "")
