"""A spider that is off: it says why and what to do, and when it is on robots.txt has the last word."""

from __future__ import annotations

import pytest

from ingestion.status import JobStatus
from tests.conftest import configure
from tests.library import Work, ingest, library, words
from tests.sites import wattpad
from tests.sites.samples import make_novel
from tests.sites.web import Page, Site


def test_a_spider_that_is_off_asks_for_nothing_and_says_how_to_switch_it_on(
    work: Work, monkeypatch: pytest.MonkeyPatch
):
    with Site(wattpad.render(make_novel(chapters=2))) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=wattpad")
        job = ingest(f"{site.url}/story/4001-the-ferry", work)

    assert (job.status, job.error_kind, site.hits) == (JobStatus.ERROR, "robots", [])
    assert "SPIDERS_ON=wattpad" in (job.error_message or "")
    assert "robots.txt forbids" in (job.error_message or "")


def test_a_spider_that_is_switched_on_reads_what_robots_txt_allows(work: Work, monkeypatch: pytest.MonkeyPatch):
    sample = make_novel(chapters=3)
    with Site(wattpad.render(sample)) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=wattpad", SPIDERS_ON="other, wattpad")
        job = ingest(f"{site.url}/{sample.chapters[1].key}-a-part", work)

    assert (job.status, job.error_message) == (JobStatus.DONE, None)
    assert [(c.key, words(c.content)) for c in library(job)] == [(c.key, words(c.content)) for c in sample.chapters]


def test_a_spider_that_is_switched_on_fetches_nothing_that_robots_txt_forbids(
    work: Work, monkeypatch: pytest.MonkeyPatch
):
    sample = make_novel(chapters=2)
    robots = Page("User-agent: *\nDisallow: /apiv2/\n", content_type="text/plain")
    with Site(wattpad.render(sample) | {"/robots.txt": robots}) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=wattpad", SPIDERS_ON="wattpad")
        job = ingest(f"{site.url}/story/{sample.key}", work)

    assert (job.status, job.error_kind, site.requests("/apiv2/")) == (JobStatus.ERROR, "robots", 0)
