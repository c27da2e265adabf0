"""One job without its crawl, done by the test process itself: children forked from it then find a job's SQL put into words already."""

from __future__ import annotations

from functools import partial

from scrapy import Request
from scrapy.http import HtmlResponse

from ingestion import crawl, holes, intake, pages, tasks
from ingestion.crawl.settings import base
from ingestion.crawl.storing import PageStore
from ingestion.lease import Lease, StopWish
from ingestion.status import JobStatus
from spiders.base import NovelSpider
from tests.library import novel
from tests.sites import plain

SITE = "https://example.org"


def rehearse() -> None:
    """What `process_job` writes and reads, in its order."""
    stop = StopWish()
    job = tasks._claim(intake.submit(f"{SITE}/index.html").job.id, stop)
    assert job is not None
    lease = Lease(job, 60, stop)
    spider, url = crawl.source(job, lease)
    reader = spider(url=url)
    lease.checkpoint(site=reader.name)
    _store(reader, lease)
    lease.advance(JobStatus.PARSING, "")
    parsed = tasks._parse(reader, crawl.Crawled(index_url=url), lease)
    lease.advance(JobStatus.SAVING, "", also=partial(pages.reject, asked=holes.to_ask_again(parsed)))
    end = partial(tasks._end, job=job, parsed=parsed, unfinished=None, spent=True, seen=None)
    tasks._save(job, lease, parsed, end)


def _store(reader: NovelSpider, lease: Lease) -> None:
    """The pages, as a crawl does."""
    reader.lease = lease  # type: ignore[attr-defined]
    store = PageStore(base())
    for path, page in plain.render(novel()).items():
        request = Request(SITE + path)
        store.retrieve_response(reader, request)
        store.store_response(reader, request, HtmlResponse(request.url, body=page.content, encoding="utf-8"))
        store.write(reader)
    del reader.lease  # type: ignore[attr-defined]
