"""Two machines share one PostgreSQL and one Redis; one of them is lost whole, in the middle of its work."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from websockets.sync.client import connect

from ingestion.status import RUNNING, JobStatus
from ingestion.system import free_port
from tests.processes import ended, read
from tests.programs import forked
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Page, Site
from tests.waiting import until

NOVELS, CHAPTERS = 6, 12


class Machine:
    """An API process and a pool of two workers, in sessions of their own: whatever they fork belongs to those."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.port = free_port()
        own = {"API_PORT": str(self.port), "LOG_LEVEL": "WARNING"}
        shared = {"LEASE_SECONDS": "2", "RECOVERY_SECONDS": "1", "PACE_SECONDS": "0.05", "MAX_ATTEMPTS": "3"}
        settings = os.environ | environment | own | shared
        self._programs = [forked(["main.py"], settings), forked(["worker.py", "--pool", "2"], settings)]
        self.api = httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False)

    def answers(self) -> bool:
        with contextlib.suppress(httpx2.TransportError):
            return self.api.get("/health/live").status_code == 200
        return False

    def processes(self) -> list[int]:
        """All that run on it."""
        sessions = {program.pid for program in self._programs}
        return [pid for pid in map(int, filter(str.isdecimal, os.listdir("/proc"))) if _session(pid) in sessions]

    def works_on(self, job_id: int) -> bool:
        job = read(job_id)
        return job.status in RUNNING and int((job.worker or "::").split(":")[1] or 0) in self.processes()

    def lose(self) -> None:
        """Pull the plug: whatever runs on it stops without a word, and whatever that was about to begin, too."""
        while alive := self.processes():
            for pid in alive:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            for program in self._programs:
                program.wait()

    def close(self) -> None:
        self.api.close()
        self.lose()


def _session(pid: int) -> int:
    """Its session; 0 where it has ended, or waits for its parent to ask how."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            state, _, _, session = stat.read().rpartition(")")[2].split()[:4]
    except OSError:
        return 0
    return 0 if state == "Z" else int(session)


@contextlib.contextmanager
def two_machines(environment: dict[str, str]) -> Iterator[tuple[Machine, Machine]]:
    one, other = Machine(environment), Machine(environment)
    try:
        until(lambda: one.answers() and other.answers(), "an API did not start")
        yield one, other
    finally:
        one.close()
        other.close()


def site_of_many() -> dict[str, Page]:
    samples = [make_novel(chapters=CHAPTERS, title=f"Novel {n}", seed=n) for n in range(NOVELS)]
    pages = {f"/{n}{path}": page for n, sample in enumerate(samples) for path, page in plain.render(sample).items()}
    return {path: replace(page, delay=0.05) for path, page in pages.items()}


@pytest.mark.skipif(sys.platform != "linux", reason="which processes are of one session is read in Linux's /proc")
def test_a_machine_that_is_lost_whole_loses_no_work(environment: dict[str, str]):
    with Site(site_of_many()) as site, two_machines(environment) as (one, other):

        def post(by: Machine, n: int) -> int:
            answer: dict[str, Any] = by.api.post("/ingest", json={"url": f"{site.url}/{n}/index.html"}).json()
            return int(answer["job_id"])

        with connect(f"ws://127.0.0.1:{other.port}/ws/jobs", proxy=None, ping_interval=None) as live:
            jobs = [post(one, n) for n in range(NOVELS - 1)]
            until(lambda: any(map(one.works_on, jobs)) and any(map(other.works_on, jobs)), "not both are at work")
            lost = [job_id for job_id in jobs if one.works_on(job_id)]
            one.lose()
            jobs.append(post(other, NOVELS - 1))
            ended(*jobs)
            heard = _done(live, len(jobs))
        fetched = Counter(hit.path for hit in site.hits if hit.path != "/robots.txt")

    assert [read(job_id).status for job_id in jobs] == [JobStatus.DONE] * NOVELS
    assert [read(job_id).chapters_saved for job_id in jobs] == [CHAPTERS] * NOVELS
    assert heard == sorted(jobs)
    assert lost
    assert max(fetched.values()) <= 2  # what was under way when the machine was lost is asked for again, nothing else


def _done(live: Any, count: int) -> list[int]:
    """The jobs of which the other machine's API told that they are done, once each."""
    found: list[int] = []
    while len(found) < count:
        told = json.loads(live.recv(timeout=10))
        if told["type"] == "event" and told["event"]["status"] == JobStatus.DONE:
            found.append(told["job"]["id"])
    return sorted(found)
