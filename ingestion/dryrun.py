"""A dry run: a job that looks at a novel, by its spider or by rules that were posted, and says what a real one would find.

It is queued, claimed, paced and recovered as every job is, and writes nothing but its own end. The page store has no part in it: a
page that it kept would answer for the site in a later job, which would then miss an edit. So an attempt that was cut off
begins anew, which costs a few pages.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import partial

import structlog

from ingestion import crawl, jobs, logs, rules
from ingestion.crashpoints import Point, reach
from ingestion.kit import findings, sample
from ingestion.lease import Lease
from ingestion.models import Job
from ingestion.status import JobStatus
from spiders import selected
from spiders.base import NovelSpider

log = structlog.get_logger(__name__)


def run(job: Job, lease: Lease) -> str:
    """Look, and leave what was found in the job; how it ended, in a word. Raises as a real job's stages do."""
    spider, url = _source(job, lease)
    lease.checkpoint(site=spider.name)
    logs.bind(site=spider.name)
    log.info("looking", url=url)
    seen = crawl.look(spider, url, sample.errand_at(spider, url), lease)
    reach(Point.PAGES_FETCHED)

    lease.advance(JobStatus.PARSING, f"{len(seen.index)} pages of the index and {len(seen.pages)} of chapters came")
    reach(Point.PARSING_BEGUN)
    found = findings.found(spider, seen)
    reach(Point.CHAPTERS_PARSED)
    told = f"a dry run, which saves nothing: {found.chapters} chapters; looks wrong: {len(found.looks_wrong)}"
    lease.advance(JobStatus.SAVING, told)
    reach(Point.SAVING_BEGUN)
    end = partial(jobs.finish_dry, job_id=job.id, attempt=job.attempt, found=asdict(found), message=told)
    lease.patiently(end)
    reach(Point.END_COMMITTED)
    return "done"


def _source(job: Job, lease: Lease) -> tuple[type[NovelSpider], str]:
    if job.rules is None:
        return crawl.source(job, lease)
    return selected.spider(rules.of(job.rules, source="rules")), job.canonical_url
