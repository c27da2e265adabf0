"""process_job: one job from QUEUED to DONE or ERROR, top to bottom. The function that RQ runs in a forked child."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ingestion import (
    config,
    counts,
    crawl,
    db,
    dryrun,
    holes,
    joblist,
    jobs,
    logs,
    looking,
    pages,
    readings,
    sitehealth,
    sources,
    turns,
)
from ingestion.background import outbox, ringing
from ingestion.crashpoints import Point, reach
from ingestion.errors import Crashed, Incomplete, IngestionError, LeaseLost, Released, Superseded, Unreachable
from ingestion.items import ParsedNovel
from ingestion.lease import Lease, StopWish, stopped_by_sigterm, worker_name
from ingestion.models import Job
from ingestion.novels import Saved
from ingestion.parse import parse
from ingestion.retry import Backoff
from ingestion.search import index
from ingestion.status import Happening, JobStatus, Refresh
from spiders.base import NovelSpider

log = structlog.get_logger(__name__)

#: Characters of an unexpected error's own text that a user is shown.
LONGEST_FAULT = 300


def process_job(job_id: int) -> str:
    """Ingest the novel of job `job_id`, an integer; how it ended, in a word. Raises what is a fault of this program's own."""
    reach(Point.CHILD_BEGUN)
    try:
        with stopped_by_sigterm() as stop:
            return _claim_and_attempt(int(job_id), stop)
    finally:
        turns.ring_next(int(job_id))


def _claim_and_attempt(job_id: int, stop: StopWish) -> str:
    job = _claim(job_id, stop)
    if job is None:
        told = (
            "nothing to do: another worker has the job, it has ended or is paused, its host is busy, or it is too early"
        )
        log.info(told, job=job_id)
        return "not claimed"
    reach(Point.JOB_CLAIMED)
    with logs.about(job=job.id, attempt=job.attempt, novel=job.canonical_url, worker=job.worker):
        word = _counted(job, Lease(job, config.settings().lease_seconds, stop))
    if not stop.given:  # who was asked to leave does so, and recovery rings
        ringing.ring_soon()
    return word


def _counted(job: Job, lease: Lease) -> str:
    outcome = Crashed.kind
    try:
        outcome = _attempt(job, lease)
        return outcome
    finally:
        counts.attempt(site=str(lease.progress.get("site") or ""), outcome=outcome, stages=lease.stages())


def _claim(job_id: int, stop: StopWish) -> Job | None:
    """Claim the job, or find that we have: the answer to a commit may be lost though the commit was not."""
    me = worker_name(os.getpid())
    seconds, per_host = config.settings().lease_seconds, config.settings().jobs_per_host

    def claim(session: Session) -> Job | None:
        claimed = jobs.claim(session, job_id, worker=me, lease_seconds=seconds, per_host=per_host)
        return claimed or joblist.run_by(session, job_id, me)

    return db.patiently(claim, unless=lambda: stop.given)


def _attempt(job: Job, lease: Lease) -> str:
    """Run the stages; every way they can end is one line here."""
    try:
        return dryrun.run(job, lease) if job.dry_run else _stages(job, lease)
    except LeaseLost as lost:
        log.warning("lease lost, nothing written", reason=str(lost))
        return "lease lost"
    except Released as wish:
        reach(Point.STOP_SEEN)
        word = _put_back(job, lease, "released", partial(jobs.release, reason=str(wish)))
        reach(Point.RELEASE_COMMITTED)
        return word
    except Superseded as newer:
        return _put_back(job, lease, "superseded", partial(jobs.release, reason=str(newer), afresh=True))
    except IngestionError as error:
        return _fail(job, lease, error)
    except SQLAlchemyError as outage:
        if db.is_outage(outage):
            return _leave(outage)
        _fail(job, lease, _fault(outage))
        raise
    except Exception as error:
        _fail(job, lease, _fault(error))
        raise


def _stages(job: Job, lease: Lease) -> str:
    spider, url = crawl.source(job, lease)
    lease.checkpoint(site=spider.name)
    logs.bind(site=spider.name)
    log.info("crawling", url=url)
    seen = looking.look(job, spider, url, lease) if job.refresh is Refresh.CHANGED else None
    if seen is not None and seen.nothing_new:
        return looking.end(job, lease, seen)
    crawled = crawl.run(job, spider, url, lease)
    reach(Point.PAGES_FETCHED)

    lease.advance(JobStatus.PARSING, "all pages that can be had are in the store")
    reach(Point.PARSING_BEGUN)
    parsed = _parse(spider(url=url), crawled, lease)
    reach(Point.CHAPTERS_PARSED)
    log.info("parsed", chapters=len(parsed.chapters), strategy=parsed.strategy, degraded=parsed.rank > 0)
    # A site that wants no more of us for now is not asked for pictures either.
    pictures = crawl.illustrate(job, spider, parsed, lease) if crawled.cut_short is None else ""
    told = holes.counted(parsed, pictures)
    lease.advance(JobStatus.SAVING, told, also=partial(pages.reject, asked=holes.to_ask_again(parsed)))
    reach(Point.SAVING_BEGUN)
    unfinished, spent = holes.unfinished(parsed, crawled.cut_short), not crawled.went_well
    end = partial(_end, job=job, parsed=parsed, unfinished=unfinished, spent=spent, seen=seen)
    try:
        _save(job, lease, parsed, end)
    except Incomplete as waits:  # a move, which needs every chapter that it may find again
        return _fail(job, lease, waits, spent=spent)
    return "done" if unfinished is None else unfinished.kind


def _parse(reader: NovelSpider, crawled: crawl.Crawled, lease: Lease) -> ParsedNovel:
    shelf = pages.Shelf(lease.patiently)
    # Read before the pages are: should another job renew the index meanwhile, it is newer than we say, never older.
    seen_at = lease.patiently(partial(pages.fetched_at, url=crawled.index_url))
    try:
        return parse(
            reader,
            crawled.index_url,
            shelf.load,
            holes=crawled.holes,
            checkpoint=lease.checkpoint,
            expect=shelf.expect,
            seen_at=seen_at,
        )
    except Unreachable as absent:  # a further page of the index, perhaps, that was not asked for
        raise crawled.cut_short or absent from absent


def _save(job: Job, lease: Lease, parsed: ParsedNovel, end: Callable[[Session, Saved], None]) -> None:
    """The library and the attempt's `end` in one transaction, behind a lock that only the job's owner gets."""

    def save(session: Session) -> Saved:
        jobs.lock(session, job.id, job.attempt)
        max_shrink = 1.0 if job.accept_shrink else config.settings().max_shrink
        saved = sources.save(session, parsed, moving=job.moves_id, max_shrink=max_shrink)
        index.ask(session, saved.novel_id)
        sitehealth.note(
            session, readings.of(parsed, job_id=job.id, shortened=readings.shortened(session, saved.novel_id))
        )
        reach(Point.CHAPTERS_WRITTEN)
        end(session, saved)
        reach(Point.END_WRITTEN)
        return saved

    saved = lease.patiently(save)
    reach(Point.END_COMMITTED)
    log.info("saved", title=parsed.novel.title, complete=not holes.named(parsed), **saved.counts())


def _end(
    session: Session,
    saved: Saved,
    *,
    job: Job,
    parsed: ParsedNovel,
    unfinished: Incomplete | None,
    spent: bool,
    seen: looking.Look | None,
) -> None:
    """The attempt's end: DONE, or what there is to do yet."""
    new = {"new": holes.filled(parsed, saved.fresh)}
    if unfinished is None:
        looking.note(session, seen, saved)
        jobs.finish(session, job.id, job.attempt, saved, detail=new if saved.fresh else None)
    else:
        end = partial(jobs.end, error=unfinished, backoff=Backoff.as_set(), spent=spent, saved=saved)
        end(session, job.id, job.attempt, detail=new | {"missing": holes.named(parsed)})
    if 0 < len(saved.fresh) < saved.saved:
        outbox.tell(session, Happening.NEW_CHAPTERS, job.id, fresh=saved.fresh)


def _fail(job: Job, lease: Lease, error: IngestionError, *, spent: bool = True) -> str:
    log.warning("attempt failed", kind=error.kind, reason=str(error), exc_info=True)
    reach(Point.FAILURE_SEEN)
    detail = {"traceback": traceback.format_exc()}

    def end(session: Session, job_id: int, attempt: int) -> None:
        jobs.end(session, job_id, attempt, error, Backoff.as_set(), spent=spent, detail=detail)
        if not job.dry_run and readings.tells_of_pages(error) and (site := lease.progress.get("site")):
            url = crawl.spider_named(str(site)).index_url(job.canonical_url)
            sitehealth.note(session, readings.unread(error, job_id=job_id, site=str(site), url=url))

    word = _put_back(job, lease, error.kind, end)
    reach(Point.FAILURE_COMMITTED)
    return word


def _fault(error: Exception) -> Crashed:
    first_line = str(error).partition("\n")[0][:LONGEST_FAULT]
    told = f"{type(error).__name__}: {first_line}"
    return Crashed(f"a fault in this program ended the job ({told}); its traceback is in the events")


def _leave(outage: SQLAlchemyError) -> str:
    """Nothing can be written, and we were asked to stop. The lease runs out, and recovery puts the job back."""
    log.error("PostgreSQL is away; the job goes on when its lease has run out", error=str(outage).splitlines()[0])
    return "database away"


def _put_back(job: Job, lease: Lease, word: str, write: Callable[..., object]) -> str:
    """Write the attempt's end and how far it came, unless the job has another owner by now."""

    def end(session: Session) -> None:
        lease.store(session)
        write(session, job.id, job.attempt)

    try:
        lease.last_word(end)
    except LeaseLost as lost:
        log.warning("lease lost, nothing written", reason=str(lost))
        return "lease lost"
    except SQLAlchemyError as outage:
        if not db.is_outage(outage):
            raise
        return _leave(outage)
    return word
