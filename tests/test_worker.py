"""The worker as a process: forks, stops, dies; and RQ's own worker in its place."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import psutil
import pytest
from sqlalchemy import text

from ingestion import broker, db, intake, joblist, queue
from ingestion.models import Job
from ingestion.status import JobStatus
from ingestion.system import ROOT
from tests.processes import waits_for_jobs
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Site
from tests.waiting import until

WORKER = [sys.executable, "worker.py"]


@pytest.fixture
def slow_site() -> Iterator[Site]:
    pages = {path: replace(page, delay=0.15) for path, page in plain.render(make_novel(chapters=40)).items()}
    with Site(pages) as site:
        yield site


_started: list[subprocess.Popen[bytes]] = []


def run(environment: dict[str, str], *command: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment | {"LOG_LEVEL": "WARNING"})
    _started.append(process)
    return process


@pytest.fixture(autouse=True)
def no_worker_outlives_its_test(environment: dict[str, str]) -> Iterator[None]:
    yield
    while _started:
        process = _started.pop()
        process.kill()
        process.wait()


def read(job_id: int) -> Job:
    with db.transaction() as session:
        return session.get_one(Job, job_id)


def at_work(job_id: int) -> bool:
    return read(job_id).pages_done > 3


def horse(worker: subprocess.Popen[bytes]) -> psutil.Process:
    return psutil.Process(worker.pid).children()[0]


def test_a_worker_told_to_stop_puts_its_job_back_unspent(environment: dict[str, str], slow_site: Site):
    job_id = intake.submit(f"{slow_site.url}/index.html").job.id
    worker = run(environment, *WORKER)
    until(lambda: at_work(job_id), "no page was fetched")
    worker.terminate()

    assert worker.wait(10) == 0
    job = read(job_id)
    assert (job.status, job.attempt, job.released) == (JobStatus.QUEUED, 1, 1)


def test_what_was_fetched_before_the_stop_is_not_fetched_again(environment: dict[str, str], slow_site: Site):
    job_id = intake.submit(f"{slow_site.url}/index.html").job.id
    worker = run(environment, *WORKER)
    until(lambda: at_work(job_id), "no page was fetched")
    worker.terminate()
    worker.wait(10)
    before = {hit.path for hit in slow_site.hits if hit.path != "/robots.txt"}
    under_way = 16
    queue.enqueue(job_id, read(job_id).priority)
    assert run(environment, *WORKER, "--burst").wait(60) == 0

    again = [hit.path for hit in slow_site.hits if hit.path in before]
    assert read(job_id).status is JobStatus.DONE
    assert len(again) - len(before) <= under_way


def test_a_worker_that_waits_leaves_at_once(environment: dict[str, str]):
    worker = run(environment, *WORKER)
    until(waits_for_jobs, "the worker did not start")
    worker.terminate()

    assert worker.wait(5) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a child die with its parent (prctl PDEATHSIG)")
def test_a_killed_worker_leaves_no_child_behind_and_its_job_goes_back(environment: dict[str, str], slow_site: Site):
    job_id = intake.submit(f"{slow_site.url}/index.html").job.id
    worker = run(environment, *WORKER)
    until(lambda: at_work(job_id), "no page was fetched")
    child = horse(worker)
    worker.kill()
    worker.wait()

    until(lambda: not child.is_running(), "the child outlived its parent")
    assert read(job_id).status is JobStatus.QUEUED


def test_a_killed_child_loses_its_job_to_the_next_attempt_at_once(environment: dict[str, str], slow_site: Site):
    job_id = intake.submit(f"{slow_site.url}/index.html").job.id
    worker = run(environment | {"LEASE_SECONDS": "600", "RECOVERY_SECONDS": "600", "MAX_ATTEMPTS": "2"}, *WORKER)
    until(lambda: at_work(job_id), "no page was fetched")
    horse(worker).send_signal(signal.SIGKILL)

    until(lambda: read(job_id).status is JobStatus.DONE, "the job did not go on")
    worker.terminate()
    worker.wait(10)
    with db.transaction() as session:
        told = [event.message for event in joblist.events(session, job_id)]
    assert any("stopped without a word" in message for message in told)
    assert read(job_id).attempt == 2


def test_a_busy_worker_looks_for_stranded_jobs_too(environment: dict[str, str], slow_site: Site):
    busy = intake.submit(f"{slow_site.url}/index.html").job.id
    worker = run(environment | {"RECOVERY_SECONDS": "1", "PACE_SECONDS": "0.3"}, *WORKER)
    until(lambda: at_work(busy), "no page was fetched")
    stranded = intake.submit(f"{slow_site.url}/chapters/none.html").job.id
    broker.connection().flushall()

    until(lambda: queue.waiting() == {stranded}, "nobody looked", seconds=5)
    assert read(busy).status is JobStatus.CRAWLING
    worker.terminate()
    worker.wait(10)


def test_a_job_outlives_cut_connections_to_the_database(environment: dict[str, str], slow_site: Site):
    job_id = intake.submit(f"{slow_site.url}/index.html").job.id
    worker = run(environment | {"LEASE_SECONDS": "1", "RECOVERY_SECONDS": "1", "PACE_SECONDS": "0.02"}, *WORKER)
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    until(lambda: at_work(job_id), "no page was fetched")
    for _ in range(8):
        with db.transaction() as session:
            session.execute(text(cut))
        time.sleep(0.05)

    until(lambda: read(job_id).status in {JobStatus.DONE, JobStatus.ERROR}, "the job did not end")
    worker.terminate()
    job = read(job_id)
    assert (job.status, job.chapters_saved, job.error_message) == (JobStatus.DONE, 40, None)


def test_a_plain_rq_worker_can_do_the_jobs_too(environment: dict[str, str]):
    with Site(plain.render(make_novel(chapters=3))) as site:
        job_id = intake.submit(f"{site.url}/index.html").job.id
        command = [sys.executable, "-m", "rq.cli", "worker", "ingestion", "--burst", "--url", environment["REDIS_URL"]]
        code = run(environment, *command).wait(60)

    assert (code, read(job_id).status) == (0, JobStatus.DONE)


@pytest.mark.parametrize("count", [8, pytest.param(40, marks=pytest.mark.long)])
def test_two_workers_do_many_novels_each_once(environment: dict[str, str], count: int):
    samples = [make_novel(chapters=3, title=f"Novel {n}", seed=n) for n in range(count)]
    pages = {f"/{n}{path}": page for n, sample in enumerate(samples) for path, page in plain.render(sample).items()}
    with Site(pages) as site:
        made = [intake.submit(f"{site.url}/{n}/index.html").job.id for n in range(count)]
        workers = [run(environment, *WORKER, "--burst") for _ in range(2)]
        assert [worker.wait(90) for worker in workers] == [0, 0]

        fetched = [hit.path for hit in site.hits if hit.path != "/robots.txt"]
    done = [read(job_id) for job_id in made]
    assert {job.status for job in done} == {JobStatus.DONE}
    assert len({job.novel_id for job in done}) == count
    assert len(fetched) == len(set(fetched)) == count * 4
    assert {job.attempt for job in done} == {1}


def test_an_unknown_queue_is_refused_by_name(environment: dict[str, str]):
    command = [*WORKER, "--queues", "ingestion,mail"]
    told = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False)

    assert told.returncode == 1
    assert told.stderr.startswith("settings: unknown queue ['mail']")
