"""An update job's first question: whether its novel has changed at all, by the cheapest sign that its site gives of that.

It costs one request, conditional where there is an answer from before. Where the sign says what it said when the novel was saved, the job is
done; else it goes on as any other, and what the sign said is noted with what is saved. A sign that cannot be had or read stops
nothing: the index decides.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy.orm import Session

from ingestion import crawl, jobs, signs
from ingestion.crashpoints import Point, reach
from ingestion.errors import IngestionError, OutOfTime, RateLimited
from ingestion.lease import Lease
from ingestion.models import Job
from ingestion.novels import Saved
from ingestion.status import JobStatus
from spiders.base import NovelSpider

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What the sign says now, and what is known of it; `is_index`: there is none but the index itself."""

    sign: bytes | None
    noted: signs.Noted
    is_index: bool

    @property
    def nothing_new(self) -> bool:
        """Whether the novel is as it was when it was saved."""
        return self.noted.believed and self.sign is not None and self.sign == self.noted.sign


def look(job: Job, spider: type[NovelSpider], url: str, lease: Lease) -> Look | None:
    """Ask for the sign of the novel at `url`; None when the library has no such novel, and nothing is asked.

    Raises RateLimited, what keeps the index from coming where that is the sign, and as `Lease.checkpoint` does.
    """
    index = spider.index_url(url)
    noted = lease.patiently(partial(signs.of, site=spider.name, index_url=index))
    if noted is None:
        return None
    is_index = spider.sign_url(index) == index
    try:
        says = crawl.sign(job, spider, url, lease)
    except (RateLimited, OutOfTime):
        raise
    except IngestionError as error:
        if is_index:
            raise
        log.info("the sign of a change cannot be had; the index decides", reason=str(error))
        says = None
    sign = None if says is None else hashlib.sha256(says.encode("utf-8", "surrogatepass")).digest()
    return Look(sign=sign, noted=noted, is_index=is_index)


def note(session: Session, seen: Look | None, saved: Saved) -> None:
    """Note with what was saved what the sign had said before."""
    if seen is not None and seen.sign is not None:
        agreed = seen.is_index or bool(saved.fresh) or seen.sign == seen.noted.sign
        signs.note(session, saved.novel_id, seen.sign, agreed=agreed)


def end(job: Job, lease: Lease, seen: Look) -> str:
    """End the job of a novel of which nothing is new. Raises LeaseLost."""
    told = "nothing new: what tells of a change at the site says the same as before"
    lease.advance(JobStatus.PARSING, told)
    lease.advance(JobStatus.SAVING, told)
    reach(Point.SAVING_BEGUN)
    lease.patiently(partial(jobs.finish, job_id=job.id, attempt=job.attempt, saved=seen.noted.library, message=told))
    reach(Point.END_COMMITTED)
    log.info("nothing new", novel=seen.noted.library.novel_id)
    return "nothing new"
