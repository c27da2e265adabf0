"""process_job: one job from QUEUED to DONE or ERROR, top to bottom. The function that RQ runs in a forked child."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from ingestion import config, crawl, db, jobs, novels, pages
from ingestion.errors import Crashed, Incomplete, IngestionError, LeaseLost, NotFound, Released
from ingestion.items import ParsedNovel
from ingestion.lease import Lease
from ingestion.models import Job
from ingestion.parse import parse
from ingestion.status import JobStatus

log = structlog.get_logger(__name__)

NAMED_HOLES = 20


def process_job(job_id: int) -> str:
    """Ingest the novel of job `job_id`, an integer; how it ended, in a word. Raises what is a fault of this program's own."""
    with db.transaction() as session:
        job = jobs.claim(
            session, int(job_id), worker=worker_name(os.getpid()), lease_seconds=config.settings().lease_seconds
        )
    if job is None:
        log.info("nothing to do: another worker has the job, it has ended, or its time has not come", job=job_id)
        return "not claimed"
    lease = Lease(job, config.settings().lease_seconds)
    with structlog.contextvars.bound_contextvars(job=job.id, attempt=job.attempt), _stopped_by_sigterm(lease):
        return _attempt(job, lease)


def worker_name(pid: int) -> str:
    """How a process of this machine signs the jobs it works on."""
    return f"{socket.gethostname()}:{pid}"


def _attempt(job: Job, lease: Lease) -> str:
    """Run the stages; every way they can end is one line here."""
    try:
        return _stages(job, lease)
    except LeaseLost as lost:
        log.warning("lease lost, nothing written", reason=str(lost))
        return "lease lost"
    except Released as wish:
        return _end(job, lease, "released", partial(jobs.release, reason=str(wish)))
    except IngestionError as error:
        log.warning("job failed", kind=error.kind, reason=str(error), exc_info=True)
        return _end(job, lease, error.kind, partial(jobs.fail, error=error, trace=traceback.format_exc()))
    except (OperationalError, InterfaceError) as outage:
        # Nothing can be written now. The lease runs out, and recovery puts the job back with all of its pages.
        log.error("PostgreSQL is away; the job goes on when its lease has run out", error=str(outage).splitlines()[0])
        return "database away"
    except Exception as error:
        fault = (
            f"a fault in this program ended the job ({type(error).__name__}: {error}); its traceback is in the events"
        )
        _end(job, lease, Crashed.kind, partial(jobs.fail, error=Crashed(fault), trace=traceback.format_exc()))
        raise


def _stages(job: Job, lease: Lease) -> str:
    spider = crawl.spider_for(job.canonical_url)
    lease.checkpoint(site=spider.name)
    log.info("crawling", site=spider.name, url=job.canonical_url)
    crawled = crawl.run(job, spider, lease)

    lease.advance(JobStatus.PARSING, "all pages that can be had are in the store")
    reader = spider(url=job.canonical_url)
    parsed = parse(reader, crawled.index_url, pages.load, holes=crawled.holes, checkpoint=lease.checkpoint)
    pages.reject(c.link.url for c in parsed.chapters if c.hole)  # the next job asks for them again

    lease.advance(JobStatus.SAVING, f"{len(parsed.chapters)} chapters parsed")
    return _save(job, parsed)


def _save(job: Job, parsed: ParsedNovel) -> str:
    """The library and the job's end in one transaction, behind a lock that only the job's owner gets."""
    if not any(chapter.chapter for chapter in parsed.chapters):
        raise _nothing(parsed)
    with db.transaction() as session:
        jobs.lock(session, job.id, job.attempt)
        saved = novels.save(session, parsed)
        incomplete = _incomplete(parsed)
        library = {"novel_id": saved.novel_id, "saved": saved.saved, "missing": saved.missing}
        if incomplete is None:
            jobs.finish(session, job.id, job.attempt, **library)
        else:
            jobs.fail(
                session,
                job.id,
                job.attempt,
                incomplete,
                novel_id=saved.novel_id,
                chapters_saved=saved.saved,
                chapters_missing=saved.missing,
            )
    log.info("saved", novel=parsed.novel.title, added=saved.added, changed=saved.changed, gone=saved.gone, **library)
    return "done" if incomplete is None else incomplete.kind


def _incomplete(parsed: ParsedNovel) -> Incomplete | None:
    """The error that names every chapter that should be there and is not; None when there is none."""
    holes = [c for c in parsed.chapters if c.hole and not c.hole.final]
    if not holes:
        return None
    named = "; ".join(f"{c.link.title!r}: {c.hole.reason}" for c in holes[:NAMED_HOLES] if c.hole)
    more = f"; and {len(holes) - NAMED_HOLES} more" if len(holes) > NAMED_HOLES else ""
    return Incomplete(
        f"{len(holes)} of {len(parsed.chapters)} chapters could not be had; the others are saved. "
        f"Post the URL again to ask for these alone. Missing: {named}{more}"
    )


def _nothing(parsed: ParsedNovel) -> IngestionError:
    """The error of a novel of which not one chapter could be had: what stopped most of them."""
    reasons = Counter((c.hole.kind, c.hole.reason) for c in parsed.chapters if c.hole)
    (kind, reason), count = reasons.most_common(1)[0]
    error = next((e for e in _kinds(IngestionError) if e.kind == kind), NotFound)
    return error(
        f"none of the {len(parsed.chapters)} chapters of {parsed.novel.url} could be had; {count} of them because: {reason}"
    )


def _kinds(root: type[IngestionError]) -> Iterator[type[IngestionError]]:
    yield root
    for child in root.__subclasses__():
        yield from _kinds(child)


def _end(job: Job, lease: Lease, word: str, write: Callable[[Session, int, int], None]) -> str:
    """Write the attempt's end and how far it came, unless the job has another owner by now."""
    try:
        with db.transaction() as session:
            lease.store(session)
            write(session, job.id, job.attempt)
    except LeaseLost as lost:
        log.warning("lease lost, nothing written", reason=str(lost))
        return "lease lost"
    return word


@contextlib.contextmanager
def _stopped_by_sigterm(lease: Lease) -> Iterator[None]:
    """Until the block ends, SIGTERM means: reach the next safe point, put the job back, leave."""
    before = signal.signal(signal.SIGTERM, lambda *_: lease.stop())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
