"""Redis goes away, forgets all, or refuses to write: posts are taken, workers stay, every job is done."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingestion import broker, crew, intake, queue
from ingestion.status import JobStatus
from tests.conftest import configure
from tests.mortal import Valkey, sockets
from tests.processes import child_of, ended, has_pages, lives, post, read, waits_for_jobs, working
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Page, Site
from tests.waiting import until

#: What makes Valkey refuse to write, and what heals it.
REFUSALS = {
    "out of memory": ("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"),
    "read-only": ("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE"),
    "without replicas": ("CONFIG SET min-replicas-to-write 1", "CONFIG SET min-replicas-to-write 0"),
}
#: RQ and we answer to any refusal alike, so that one is enough for each run of the tests.
HOW = [how if how == "out of memory" else pytest.param(how, marks=pytest.mark.long) for how in REFUSALS]
QUICK = {"RECOVERY_SECONDS": "1"}


@pytest.fixture
def valkey(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Valkey]:
    """A Valkey that may die; everything in this test uses it."""
    with sockets() as folder:
        made = Valkey(tmp_path / "valkey", folder)
        made.start()
        configure(monkeypatch, REDIS_URL=made.url)
        yield made
        made.close()


@pytest.fixture
def site() -> Iterator[Site]:
    """A novel that takes its time, and a small one below /small."""
    slow = {path: replace(page, delay=0.1) for path, page in plain.render(make_novel(chapters=24)).items()}
    small: dict[str, Page] = {f"/small{path}": page for path, page in plain.render(make_novel(chapters=2)).items()}
    with Site(slow | small) as both:
        yield both


def test_a_worker_at_work_is_seen_again_after_redis_was_emptied(valkey: Valkey, site: Site):
    with working(PACE_SECONDS="0.3", **QUICK) as worker:
        job_id = post(f"{site.url}/index.html")
        until(lambda: has_pages(job_id, 1), "no page was fetched")
        broker.connection().flushall()
        until(lambda: any(seen.busy for seen in crew.workers(broker.connection())), "the worker did not sign on again")
        (seen,) = crew.workers(broker.connection())

    assert (seen.pid, seen.queues) == (worker.pid, tuple(queue.ALL))


@pytest.mark.long
def test_a_worker_that_waits_outlives_redis(valkey: Valkey, site: Site):
    with working(**QUICK) as worker:
        until(waits_for_jobs, "the worker did not start")
        valkey.shut_down()
        taken = intake.submit(f"{site.url}/small/index.html")
        time.sleep(1)
        assert lives(worker)
        valkey.start()

        assert ended(taken.job.id).status is JobStatus.DONE
        assert lives(worker)
    assert taken.message == intake.WAITING


def test_a_worker_at_work_outlives_redis(valkey: Valkey, site: Site):
    busy = post(f"{site.url}/index.html")
    with working(PACE_SECONDS="0.1", **QUICK) as worker:
        until(lambda: has_pages(busy), "no page was fetched")
        child = child_of(worker)
        valkey.shut_down()
        waits = post(f"{site.url}/small/index.html")
        time.sleep(1)
        assert (lives(worker), lives(child)) == (True, True)
        valkey.start()

        assert (ended(busy).status, read(busy).attempt) == (JobStatus.DONE, 1)
        assert ended(waits).status is JobStatus.DONE
        assert lives(worker)


def test_a_job_that_ends_while_redis_is_away_has_ended(valkey: Valkey, site: Site):
    busy = post(f"{site.url}/index.html")
    with working(**QUICK) as worker:
        until(lambda: has_pages(busy), "no page was fetched")
        valkey.shut_down()
        assert (ended(busy).status, read(busy).attempt) == (JobStatus.DONE, 1)
        time.sleep(1)
        valkey.start()
        after = post(f"{site.url}/small/index.html")

        assert ended(after).status is JobStatus.DONE
        assert lives(worker)


@pytest.mark.parametrize("busy", [False, pytest.param(True, marks=pytest.mark.long)], ids=["idle", "busy"])
def test_a_worker_told_to_stop_while_redis_is_away_leaves(valkey: Valkey, site: Site, busy: bool):
    with working(PACE_SECONDS="0.2", **QUICK) as worker:
        until(waits_for_jobs, "the worker did not start")
        job_id = post(f"{site.url}/index.html") if busy else 0
        if busy:
            until(lambda: has_pages(job_id), "no page was fetched")
        valkey.shut_down()
        time.sleep(1)
        worker.terminate()

        assert worker.wait(10) == 0
    if busy:
        until(lambda: read(job_id).status is JobStatus.QUEUED, "the child did not put the job back")
        assert (read(job_id).attempt, read(job_id).released) == (1, 1)


@pytest.mark.parametrize("how", HOW)
def test_a_redis_that_refuses_to_write_stops_nobody(valkey: Valkey, site: Site, how: str):
    refuse, heal = REFUSALS[how]
    busy = post(f"{site.url}/index.html")
    with working(**QUICK) as worker:
        until(lambda: has_pages(busy), "no page was fetched")
        valkey.ask(*refuse.split())
        taken = intake.submit(f"{site.url}/small/index.html")
        assert (ended(busy).status, read(busy).attempt) == (JobStatus.DONE, 1)
        time.sleep(1)
        assert (lives(worker), read(taken.job.id).status) == (True, JobStatus.QUEUED)
        valkey.ask(*heal.split())

        assert ended(taken.job.id).status is JobStatus.DONE
        assert lives(worker)
    assert taken.message == intake.WAITING
