"""A person stops a job, or a host, and lets it go on."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, update

from ingestion import db, intake, jobs, pauses, recovery
from ingestion.intake import NotPossible
from ingestion.models import ALL_HOSTS, Job
from ingestion.status import JobStatus
from tests.conftest import configure
from tests.library import Work, ingest, novel
from tests.processes import child_of, ended, has_pages, lives, post, read, working
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Page, Site
from tests.waiting import until

#: So that a crawl is still at work when the test has seen that it is.
SLOWLY = {"PACE_SECONDS": "0.1"}
CANCELLED = (JobStatus.ERROR, "cancelled")


def slow_site(chapters: int = 30, delay: float = 0.1) -> Site:
    pages = plain.render(make_novel(chapters=chapters))
    return Site({path: replace(page, delay=delay) for path, page in pages.items()})


@pytest.fixture
def site() -> Iterator[Site]:
    with slow_site() as slow:
        yield slow


def outcome(job_id: int) -> tuple[JobStatus, str | None]:
    job = read(job_id)
    return job.status, job.error_kind


def pause(host: str = ALL_HOSTS) -> None:
    with db.transaction() as session:
        pauses.pause(session, host)


def resume(host: str = ALL_HOSTS) -> None:
    with db.transaction() as session:
        assert pauses.resume(session, host)
    recovery.recover()


def test_a_cancelled_job_that_waited_is_not_begun(work: Work):
    with Site(plain.render(novel())) as site:
        job_id = post(f"{site.url}/index.html")
        intake.cancel(job_id)
        work()

        assert site.hits == []
    assert outcome(job_id) == CANCELLED
    assert (read(job_id).attempt, read(job_id).not_before) == (0, None)


def test_a_cancelled_crawl_leaves_its_site_alone_and_keeps_its_pages(environment: dict[str, str], site: Site):
    for path in list(site.pages)[8:]:
        site.pages[path] = Page("at last", delay=600)
    job_id = post(f"{site.url}/index.html")
    with working(**SLOWLY) as worker:
        until(lambda: has_pages(job_id), "no page was fetched")
        child = child_of(worker)
        intake.cancel(job_id)
        until(lambda: not lives(child), "the child works on", seconds=10)
        asked = len(site.hits)
        ended(post(f"{site.url}/chapters/none.html"))

        assert [hit.path for hit in site.hits[asked:]] == ["/chapters/none.html"]
        assert lives(worker)
    assert outcome(job_id) == CANCELLED
    assert read(job_id).pages_done > 3


def test_a_retry_goes_on_from_the_pages_of_a_cancelled_job(environment: dict[str, str], site: Site):
    job_id = post(f"{site.url}/index.html")
    with working(**SLOWLY) as worker:
        until(lambda: has_pages(job_id), "no page was fetched")
        child = child_of(worker)
        intake.cancel(job_id)
        until(lambda: not lives(child), "the child works on")
        intake.retry(job_id)
        job = ended(job_id)

    paths = [hit.path for hit in site.hits if hit.path != "/robots.txt"]
    assert (job.status, job.chapters_saved, job.attempt, job.released) == (JobStatus.DONE, 30, 2, 1)
    assert len(paths) - len(set(paths)) <= 16  # what was under way


def test_a_job_that_rests_can_be_cancelled_and_does_not_come_back(work: Work, monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, MAX_ATTEMPTS="3", RETRY_SECONDS="600", PAGE_RETRIES="0")
    with Site() as site:
        site.pages["/index.html"] = replace(plain.render(novel())["/index.html"], status=503)
        job = ingest(f"{site.url}/index.html", work)
        assert (job.status, job.not_before is not None) == (JobStatus.QUEUED, True)
        intake.cancel(job.id)

        assert recovery.recover().requeued == ()
    assert outcome(job.id) == CANCELLED
    assert read(job.id).not_before is None


@pytest.mark.usefixtures("environment")
def test_what_cannot_be_cancelled_or_retried_says_why():
    job_id = post("https://example.org/novel")
    with pytest.raises(NotPossible, match=f"job {job_id} is QUEUED; only a job in ERROR can be put back"):
        intake.retry(job_id)
    intake.cancel(job_id)

    with pytest.raises(NotPossible, match=f"job {job_id} is ERROR; only an unfinished job can be cancelled"):
        intake.cancel(job_id)
    with pytest.raises(NotPossible, match="no job 999"):
        intake.cancel(999)


def test_a_finished_job_cannot_be_cancelled(work: Work):
    with Site(plain.render(novel())) as site:
        job = ingest(f"{site.url}/index.html", work)

    with pytest.raises(NotPossible, match=f"job {job.id} is DONE; only an unfinished job can be cancelled"):
        intake.cancel(job.id)
    assert read(job.id).status is JobStatus.DONE


def test_a_rest_ends_when_a_person_puts_the_job_back(environment: dict[str, str]):
    job_id = post("https://example.org/novel")
    with db.transaction() as session:
        jobs.cancel(session, job_id)
        session.execute(update(Job).values(not_before=func.now() + timedelta(hours=1), attempt=5))
    intake.retry(job_id)

    job = read(job_id)
    assert (job.status, job.not_before, job.error_kind, job.attempt - job.released) == (JobStatus.QUEUED, None, None, 0)


def test_while_everything_is_paused_nothing_begins_and_then_all_of_it(work: Work):
    with Site(plain.render(novel())) as site:
        pause()
        job_id = post(f"{site.url}/index.html")
        work()
        assert (read(job_id).status, read(job_id).attempt, site.hits) == (JobStatus.QUEUED, 0, [])
        assert recovery.recover().requeued == ()
        resume()
        work()

    assert read(job_id).status is JobStatus.DONE


def test_a_paused_host_holds_up_nobody_else(work: Work):
    with Site(plain.render(novel())) as held, Site(plain.render(novel())) as free:
        pause(held.netloc)
        waits, runs = post(f"{held.url}/index.html"), post(f"{free.url}/index.html")
        work()

        assert [read(job_id).status for job_id in (waits, runs)] == [JobStatus.QUEUED, JobStatus.DONE]
        assert (held.hits, recovery.recover().requeued) == ([], ())
        resume(held.netloc)
        work()
    assert read(waits).status is JobStatus.DONE


@pytest.mark.long
def test_a_job_at_work_goes_on_when_its_host_is_paused(environment: dict[str, str], site: Site):
    job_id = post(f"{site.url}/index.html")
    with working(**SLOWLY):
        until(lambda: has_pages(job_id), "no page was fetched")
        pause(site.netloc)
        job = ended(job_id)

    assert (job.status, job.chapters_saved, job.attempt) == (JobStatus.DONE, 30, 1)


def test_a_second_sigterm_ends_worker_and_child_and_the_next_worker_does_the_job(
    environment: dict[str, str], site: Site
):
    job_id = post(f"{site.url}/index.html")
    with working(LEASE_SECONDS="3", MAX_ATTEMPTS="3", **SLOWLY) as worker:
        until(lambda: has_pages(job_id), "no page was fetched")
        child = child_of(worker)
        child.send_signal(signal.SIGSTOP)
        worker.terminate()
        time.sleep(1.1)  # RQ takes two signals within a second for one
        assert lives(worker)
        worker.terminate()
        worker.wait(10)

    assert not lives(child)
    with working(LEASE_SECONDS="1", RECOVERY_SECONDS="1", MAX_ATTEMPTS="3"):
        assert ended(job_id).status is JobStatus.DONE
