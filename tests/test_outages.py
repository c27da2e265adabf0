"""PostgreSQL goes away and comes back: nobody leaves, nothing fails, everything goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psutil
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ingestion import copying, db, intake, jobs, migrations, queue
from ingestion.models import Pause
from ingestion.status import JobStatus, Priority, Refresh
from ingestion.system import ROOT
from tests import applications
from tests.conftest import configure
from tests.mortal import Postgres, folder, sockets
from tests.processes import child_of, ended, has_pages, is_running, lives, post, read, waits_for_jobs, working
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Site
from tests.waiting import until

#: Requests that a crawl has under way at once.
UNDER_WAY = 16


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with folder() as data, sockets() as place:
        made = Postgres(data / "postgres", place)
        made.start()
        yield made
        made.close()


@pytest.fixture
def postgres(server: Postgres, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Postgres:
    """A PostgreSQL that may die; everything in this test uses it."""
    server.start()
    configure(monkeypatch, DATABASE_URL=server.url)
    migrations.upgrade()
    return server


@pytest.fixture
def site() -> Iterator[Site]:
    pages = plain.render(make_novel(chapters=30))
    with Site({path: replace(page, delay=0.15) for path, page in pages.items()}) as slow:
        yield slow


def row(url: str) -> int:
    """A QUEUED job that no queue holds."""
    with db.transaction() as session:
        kinds = {"priority": Priority.DEFAULT, "refresh": Refresh.NEW}
        return jobs.create(session, source_url=url, canonical_url=url, **kinds)[0].id


def taken_while_away(postgres: Postgres, worker: psutil.Process, job_id: int) -> psutil.Process:
    """PostgreSQL dies, then the worker takes the job from Redis; the child that waits."""
    postgres.kill()
    queue.enqueue(job_id, Priority.DEFAULT)
    until(lambda: queue.waiting() == set(), "nobody took the job from Redis")
    return child_of(worker)


@pytest.mark.long
def test_a_crawl_outlives_a_crash_of_postgresql_in_its_first_attempt(postgres: Postgres, site: Site):
    job_id = post(f"{site.url}/index.html")
    environment = os.environ | {"LOG_LEVEL": "WARNING", "PACE_SECONDS": "0.05"}
    worker = subprocess.Popen([sys.executable, "worker.py"], cwd=ROOT, env=environment)
    try:
        until(lambda: has_pages(job_id), "no page was fetched")
        postgres.kill()
        time.sleep(2)
        postgres.start()
        job = ended(job_id)
        assert worker.poll() is None
    finally:
        worker.terminate()
        worker.wait(10)

    asked = Counter(hit.path for hit in site.hits if hit.path != "/robots.txt")
    assert (job.status, job.attempt, job.chapters_saved) == (JobStatus.DONE, 1, 30), job.error_message
    assert asked.total() - len(asked) <= UNDER_WAY


@pytest.mark.long
def test_a_copy_outlives_a_crash_of_postgresql_in_its_middle(postgres: Postgres, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(copying, "ENOUGH", 5000)  # bytes, of ten thousand
    tries = []

    def hosts() -> Iterator[dict[str, Any]]:
        for number in range(1000):
            if number == 700 and len(tries) == 1:
                postgres.kill()
            yield {"host": f"{number}.example"}

    def work(session: Session) -> int:
        tries.append(session)
        if len(tries) == 2:
            postgres.start()
        return copying.insert(session, Pause, hosts())

    count = db.patiently(work)
    with db.transaction() as session:
        there = session.scalar(select(func.count()).select_from(Pause))

    assert (count, there) == (1000, 1000)


def test_a_job_taken_while_postgresql_is_away_waits_for_it(postgres: Postgres, site: Site):
    with working() as worker:
        until(waits_for_jobs, "the worker did not start")
        job_id = row(f"{site.url}/index.html")
        child = taken_while_away(postgres, worker, job_id)
        time.sleep(1)
        assert lives(child)
        postgres.start()
        job = ended(job_id)

        assert lives(worker)
    assert (job.status, job.attempt) == (JobStatus.DONE, 1)


def test_a_worker_that_waits_for_postgresql_leaves_when_it_is_told_to(postgres: Postgres, site: Site):
    with working() as worker:
        until(waits_for_jobs, "the worker did not start")
        job_id = row(f"{site.url}/index.html")
        child = taken_while_away(postgres, worker, job_id)
        worker.terminate()

        assert worker.wait(10) == 0
        assert not lives(child)
    postgres.start()
    assert (read(job_id).status, read(job_id).attempt) == (JobStatus.QUEUED, 0)
    intake.cancel(job_id)


def test_a_worker_that_waits_in_the_middle_of_a_crawl_leaves_when_it_is_told_to(postgres: Postgres, site: Site):
    job_id = post(f"{site.url}/index.html")
    with working(PACE_SECONDS="0.1") as worker:
        until(lambda: has_pages(job_id), "no page was fetched")
        child = child_of(worker)
        postgres.kill()
        time.sleep(1)
        worker.terminate()

        assert worker.wait(10) == 0
        assert not lives(child)
    postgres.start()
    assert is_running(job_id)  # until its lease has run out
    intake.cancel(job_id)


def test_the_api_answers_503_while_postgresql_is_away_and_goes_on_after(postgres: Postgres):
    with TestClient(applications.api(), raise_server_exceptions=False) as api:
        assert api.post("/ingest", json={"url": "https://example.org/1"}).status_code == 202
        postgres.kill()
        away = api.post("/ingest", json={"url": "https://example.org/2"})
        postgres.start()
        back = api.post("/ingest", json={"url": "https://example.org/2"})

    assert (away.status_code, away.headers["Retry-After"]) == (503, "5")
    assert away.headers["Content-Type"] == "application/problem+json"
    assert "try again in 5 seconds" in away.json()["detail"]
    assert back.status_code == 202
