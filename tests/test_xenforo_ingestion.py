"""A thread of a XenForo forum through the whole system, and what it costs the forum."""

from __future__ import annotations

import pytest

from ingestion.status import JobStatus
from tests.conftest import configure
from tests.library import Work, ingest, library, words
from tests.sites import xenforo
from tests.sites.samples import make_novel
from tests.sites.web import Site


def test_a_thread_is_read_by_ten_chapters_a_request(work: Work, monkeypatch: pytest.MonkeyPatch):
    sample = make_novel(chapters=23)
    with Site(xenforo.render(sample)) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=xenforo")
        job = ingest(f"{site.url}{xenforo.start(sample)}page-2?utm_source=mail#post-1", work)

        asked = [hit.path for hit in site.hits if hit.path != "/robots.txt"]
    chapters = library(job)
    assert (job.status, job.site, job.chapters_saved) == (JobStatus.DONE, "xenforo", 23)
    assert (job.pages_done, job.pages_total) == (4, 4)
    assert [(c.key, c.title, words(c.content)) for c in chapters] == [
        (c.key, c.title, words(c.content)) for c in sample.chapters
    ]
    assert asked[1:] == [xenforo.reader(sample, number) for number in (1, 2, 3)]
    assert asked[0].startswith(f"/threads/{sample.key}/threadmarks?")


def test_asking_again_asks_for_the_index_under_a_condition(work: Work, monkeypatch: pytest.MonkeyPatch):
    sample = make_novel(chapters=12)
    rewritten = sample.rewriting(sample.chapters[11].key, "<p>Another end.</p>")
    with Site(xenforo.render(sample)) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=xenforo")
        ingest(f"{site.url}{xenforo.start(sample)}", work)
        before = len(site.hits)
        site.pages.update(xenforo.render(rewritten))
        job = ingest(f"{site.url}{xenforo.start(sample)}", work)

        later = site.hits[before:]
    assert [hit.status for hit in later] == [304, 304, 200]
    assert (job.status, words(library(job)[11].content)) == (JobStatus.DONE, ["Another", "end."])


def test_a_posts_url_finds_its_thread(work: Work, monkeypatch: pytest.MonkeyPatch):
    sample = make_novel(chapters=3)
    with Site(xenforo.render(sample)) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=xenforo")
        job = ingest(f"{site.url}/posts/{sample.chapters[1].key}/", work)

    assert (job.status, job.chapters_saved) == (JobStatus.DONE, 3)
