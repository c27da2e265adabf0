"""What a site says of programs, in robots.txt and by its answers, moves the pace of every crawl."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from ingestion import broker
from ingestion.crawl.robots import rule_against
from ingestion.status import JobStatus
from tests.conftest import configure
from tests.library import Work, ingest
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Page, Site

PAGES = plain.render(make_novel(chapters=3))
AGENT = "quire/0.1 (+mailto:me@example.org)"
RULES = """\
User-agent: *
Disallow: /private/
Disallow: /private/novels/
Allow: /private/novels/open/

User-agent: otherbot
Disallow: /private/novels/one.html
"""


def rules(text: str) -> dict[str, Page]:
    return PAGES | {"/robots.txt": Page(text, content_type="text/plain")}


def test_crawl_delay_is_kept_where_it_is_longer_than_our_pace(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, PACE_SECONDS="0.01")
    with Site(rules("User-agent: *\nCrawl-delay: 0.4")) as site:
        job = ingest(f"{site.url}/index.html", work)
        times = [hit.time for hit in site.hits if hit.path != "/robots.txt"]

    assert job.status is JobStatus.DONE
    assert min(later - earlier for earlier, later in pairwise(times)) > 0.36


def test_a_site_that_wants_minutes_between_two_pages_wants_no_programs(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, PACE_SECONDS="0.01")
    with Site(rules("User-agent: *\nCrawl-delay: 3600")) as site:
        job = ingest(f"{site.url}/index.html", work)

        assert [hit.path for hit in site.hits] == ["/robots.txt"]
    assert (job.status, job.error_kind) == (JobStatus.ERROR, "robots")
    assert "asks for 3600 s between two pages" in (job.error_message or "")


def test_what_robots_txt_forbids_ends_the_job_with_the_rule(work: Work):
    with Site(rules("User-agent: *\nDisallow: /index")) as site:
        job = ingest(f"{site.url}/index.html", work)

    assert (job.status, job.error_kind) == (JobStatus.ERROR, "robots")
    assert "(Disallow: /index)" in (job.error_message or "")


def test_a_site_that_refuses_is_given_a_slower_pace(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, PACE_SECONDS="0.05", PAGE_RETRIES="2")
    with Site(PAGES | {"/index.html": Page(PAGES["/index.html"].body, fail_first=2, fail_status=503)}) as site:
        job = ingest(f"{site.url}/index.html", work)
        factor = float(broker.connection().hget(f"pace:{site.netloc}", "factor") or 1)

    assert job.status is JobStatus.DONE
    assert 1 < factor < 4  # twice halved, and on its way back since


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("/private/novels/one.html", "Disallow: /private/novels/"),
        ("/private/other.html", "Disallow: /private/"),
    ],
)
def test_the_rule_that_is_quoted_is_the_one_that_forbids(path: str, rule: str):
    assert rule_against(RULES, f"https://example.org{path}", AGENT) == rule


@pytest.mark.parametrize("rule", ["Disallow: /", "Allow: /x\nDisallow: /*a", "User-agent: a\nDisallow: /a"])
@pytest.mark.parametrize("number", [900, 40_000])
def test_a_robots_txt_made_to_hurt_is_searched_in_time(rule: str, number: int):
    rules, begun = "User-agent: *\nDisallow: /\n" + f"{rule}\n" * number, time.process_time()

    assert rule_against(rules, "https://example.org/a", AGENT)
    assert time.process_time() - begun < 1
