"""The worker as a process: forks, stops, dies; and RQ's own worker in its place."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from rq.exceptions import StopRequested
from sqlalchemy import text

from ingestion import broker, db, queue
from ingestion.status import JobStatus
from ingestion.system import ROOT
from ingestion.worker import IngestionWorker
from tests.alike import alike
from tests.library import Work
from tests.processes import child_of, ended, has_pages, lives, post, read, story, waits_for_jobs, working
from tests.programs import Forked, forked
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Site
from tests.waiting import until

CHAPTERS = 24


@pytest.fixture
def slow_site() -> Iterator[Site]:
    pages = {path: replace(page, delay=0.15) for path, page in plain.render(make_novel(chapters=CHAPTERS)).items()}
    with Site(pages) as site:
        yield site


@contextlib.contextmanager
def run(environment: dict[str, str], *words: str) -> Iterator[Forked]:
    """``python …words``; ends with the block."""
    process = forked(words, os.environ | environment | {"LOG_LEVEL": "WARNING"})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_worker_told_to_stop_puts_its_job_back_unspent_and_no_page_is_fetched_again(
    environment: dict[str, str], slow_site: Site, work: Work
):
    job_id = post(f"{slow_site.url}/index.html")
    with run(environment, "worker.py") as program:
        until(lambda: has_pages(job_id), "no page was fetched")
        program.terminate()
        assert program.wait(10) == 0
    stopped = read(job_id)
    before = {hit.path for hit in slow_site.hits if hit.path != "/robots.txt"}
    under_way = 16
    queue.enqueue(job_id, stopped.priority)
    work()

    again = [hit.path for hit in slow_site.hits if hit.path in before]
    assert (stopped.status, stopped.attempt, stopped.released) == (JobStatus.QUEUED, 1, 1)
    assert read(job_id).status is JobStatus.DONE
    assert len(again) - len(before) <= under_way


def test_a_pool_that_shrinks_or_stops_puts_jobs_back_unspent(environment: dict[str, str], slow_site: Site):
    slow_site.pages.update({f"/other{path}": page for path, page in slow_site.pages.items()})
    made = [post(f"{slow_site.url}/{path}") for path in ("index.html", "other/index.html")]
    settings = environment | {"PACE_SECONDS": "0.1", "RECOVERY_SECONDS": "600"}
    with run(settings, "worker.py", "--pool", "2") as pool:
        until(lambda: all(has_pages(job_id, more_than=0) for job_id in made), "the two jobs are not both at work")
        pool.send_signal(signal.SIGTTOU)
        until(lambda: sorted(read(job_id).released for job_id in made) == [0, 1], "no job was put back")
        statuses = {read(job_id).status for job_id in made}
        pool.terminate()
        assert pool.wait(10) == 0

    assert statuses == {JobStatus.QUEUED, JobStatus.CRAWLING}
    assert {read(job_id).status for job_id in made} == {JobStatus.QUEUED}


def test_a_wish_to_stop_that_was_lost_in_a_log_line_is_heeded(environment: dict[str, str]):
    made = IngestionWorker([queue.ENRICHMENT], connection=broker.connection())
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with contextlib.suppress(StopRequested):  # as logging does with whatever is raised in one of its handlers
        made.request_stop(signal.SIGTERM, None)
    for number, handler in before.items():
        signal.signal(number, handler)

    with pytest.raises(StopRequested):
        made.dequeue_job_and_maintain_ttl(1, max_idle_time=1)


def test_a_worker_that_waits_leaves_at_once(environment: dict[str, str]):
    with working() as waiting:
        until(waits_for_jobs, "the worker did not start")
        waiting.terminate()

        assert waiting.wait(5) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a child die with its parent (prctl PDEATHSIG)")
def test_a_killed_worker_leaves_no_child_behind_and_its_job_goes_back(environment: dict[str, str], slow_site: Site):
    job_id = post(f"{slow_site.url}/index.html")
    with working() as killed:
        until(lambda: has_pages(job_id), "no page was fetched")
        child = child_of(killed)
        killed.kill()

        until(lambda: not lives(child), "the child outlived its parent")
    assert read(job_id).status is JobStatus.QUEUED


def test_a_killed_child_loses_its_job_to_the_next_attempt_at_once(environment: dict[str, str], slow_site: Site):
    job_id = post(f"{slow_site.url}/index.html")
    with working(LEASE_SECONDS="600", RECOVERY_SECONDS="600", MAX_ATTEMPTS="2") as parent:
        until(lambda: has_pages(job_id), "no page was fetched")
        child_of(parent).send_signal(signal.SIGKILL)

        assert (ended(job_id).status, read(job_id).attempt) == (JobStatus.DONE, 2)
    assert any("stopped without a word" in message for message in story(job_id))


def test_a_busy_worker_looks_for_stranded_jobs_too(environment: dict[str, str], slow_site: Site):
    busy = post(f"{slow_site.url}/index.html")
    with working(RECOVERY_SECONDS="1", PACE_SECONDS="0.3"):
        until(lambda: has_pages(busy), "no page was fetched")
        stranded = post(f"{slow_site.url}/chapters/none.html")
        broker.connection().flushall()

        until(lambda: queue.waiting() == {stranded}, "nobody looked", seconds=5)
        assert read(busy).status is JobStatus.CRAWLING


def test_a_job_outlives_cut_connections_to_the_database(environment: dict[str, str], slow_site: Site):
    job_id = post(f"{slow_site.url}/index.html")
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with working(LEASE_SECONDS="1", RECOVERY_SECONDS="1", PACE_SECONDS="0.02"):
        until(lambda: has_pages(job_id), "no page was fetched")
        for _ in range(8):
            with db.transaction() as session:
                session.execute(text(cut))
            time.sleep(0.05)
        job = ended(job_id)

    assert (job.status, job.chapters_saved, job.error_message) == (JobStatus.DONE, CHAPTERS, None)


def test_a_plain_rq_worker_can_do_the_jobs_too(environment: dict[str, str]):
    with Site(plain.render(make_novel(chapters=3))) as site:
        job_id = post(f"{site.url}/index.html")
        words = ["-m", "rq.cli", "worker", "ingestion", "--burst", "--url", environment["REDIS_URL"]]
        settings = os.environ | environment | {"LOG_LEVEL": "WARNING"}
        rq = subprocess.run([sys.executable, *words], cwd=ROOT, env=settings, timeout=60, check=False)

    assert (rq.returncode, read(job_id).status) == (0, JobStatus.DONE)


@pytest.mark.parametrize("count", alike(4, 40))
def test_two_workers_do_many_novels_each_once(environment: dict[str, str], count: int):
    samples = [make_novel(chapters=3, title=f"Novel {n}", seed=n) for n in range(count)]
    pages = {f"/{n}{path}": page for n, sample in enumerate(samples) for path, page in plain.render(sample).items()}
    with Site(pages) as site, working(), working():
        made = [post(f"{site.url}/{n}/index.html") for n in range(count)]
        ended(*made)

        fetched = [hit.path for hit in site.hits if hit.path != "/robots.txt"]
    done = [read(job_id) for job_id in made]
    assert {job.status for job in done} == {JobStatus.DONE}
    assert len({job.novel_id for job in done}) == count
    assert len(fetched) == len(set(fetched)) == count * 4
    assert {job.attempt for job in done} == {1}
