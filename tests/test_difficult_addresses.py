"""Addresses that are none, and addresses that are written oddly: one chapter's never costs another one."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import pytest

from ingestion.status import JobStatus
from tests.alike import alike
from tests.conftest import configure
from tests.library import Work, ingest, novel
from tests.sites import plain, royalroad
from tests.sites.web import Page, Site


@pytest.mark.parametrize("to", alike("http://[", "javascript:1", "http://example.org:port/"))
def test_a_chapter_that_is_sent_on_to_no_address_costs_the_others_nothing(
    work: Work, monkeypatch: pytest.MonkeyPatch, to: str
):
    configure(monkeypatch, PAGE_RETRIES="0")
    sample = novel()
    path = f"/chapters/{sample.chapters[2].key}.html"
    with Site(plain.render(sample) | {path: Page("moved", status=302, headers={"Location": to})}) as site:
        job = ingest(f"{site.url}/index.html", work)

    assert (job.status, job.error_kind, job.chapters_saved) == (JobStatus.ERROR, "incomplete", 5)


def test_a_chapter_that_is_sent_on_to_an_address_in_bare_utf_8_is_read(work: Work):
    sample = novel()
    pages = plain.render(sample)
    path, to = f"/chapters/{sample.chapters[2].key}.html", "/глава-3"
    pages[quote(to)], pages[path] = (
        pages[path],
        Page("", status=301, headers={"Location": to.encode().decode("latin-1")}),
    )
    with Site(pages) as site:
        job = ingest(f"{site.url}/index.html", work)

    assert (job.status, job.chapters_saved) == (JobStatus.DONE, 6)


@pytest.mark.parametrize("url", alike("/chapter/\ud800", "javascript:void(0)", "http://example.org:port/"))
def test_a_link_of_the_index_to_no_address_costs_the_other_chapters_nothing(
    work: Work, monkeypatch: pytest.MonkeyPatch, url: str
):
    sample = novel()
    pages = royalroad.render(sample)
    path = f"/fiction/{sample.key}"
    index = pages[path].content.decode()
    listed = next(link for link in re.findall(r'"url": ?("[^"]*")', index))
    with Site(pages | {path: Page(index.replace(listed, json.dumps(url)))}) as site:
        configure(monkeypatch, SITE_ALIASES=f"{site.netloc}=royalroad")
        job = ingest(f"{site.url}{path}", work)

    assert (job.status, job.error_kind, job.chapters_saved) == (JobStatus.ERROR, "incomplete", 5)
    assert "no web address" in (job.error_message or "") or "was not fetched" in (job.error_message or "")
