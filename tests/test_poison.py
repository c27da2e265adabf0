"""A novel that kills or hangs whoever parses it costs its own job, and neither the worker nor anybody else's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial

import psutil
import pytest

from ingestion import intake
from ingestion.status import JobStatus
from ingestion.system import ROOT
from tests.library import novel
from tests.poisoned import POISONS, poison
from tests.processes import child_of, ended, lives, post, read, story, working
from tests.sites import plain
from tests.sites.web import Site
from tests.waiting import until


def settings(**more: str) -> dict[str, str]:
    """Short waits, and for a child 300 MB beside what it has of this process by now."""
    memory = psutil.Process().memory_info().data // 2**20 + 300 if sys.platform == "linux" else 0
    waits = {"RETRY_SECONDS": "0", "LEASE_SECONDS": "1", "RECOVERY_SECONDS": "1"}
    return waits | {"MAX_ATTEMPTS": "2", "MAX_JOB_MEMORY": str(memory)} | more


@pytest.fixture
def site() -> Iterator[Site]:
    pages = plain.render(novel())
    with Site(pages | {f"/poison{path}": page for path, page in pages.items()}) as both:
        yield both


#: A loop in C heeds no signal: what ends it ends one in Python, too. Who leaves by himself is missed as is who is killed.
LONG = {"loop", "exit"}
KINDS = [pytest.param(kind, marks=pytest.mark.long) if kind in LONG else kind for kind in POISONS]


@pytest.mark.parametrize("kind", KINDS)
def test_a_poisoned_novel_ends_among_the_dead_and_costs_nobody_else(environment: dict[str, str], site: Site, kind: str):
    if kind == "eats-memory" and sys.platform != "linux":
        pytest.skip("only Linux keeps the limit on memory")
    attempts = 1 if kind.startswith("loop") else 2  # each takes the processor until it is ended
    poisoned = post(f"{site.url}/poison/index.html")
    with working(partial(poison, kind), **settings(MAX_ATTEMPTS=str(attempts))) as worker:
        healthy = post(f"{site.url}/index.html")
        job = ended(healthy, poisoned)

        assert lives(worker)
    assert (job.status, job.error_kind, job.attempt) == (JobStatus.ERROR, "crash", attempts), story(poisoned)
    assert read(healthy).status is JobStatus.DONE
    assert site.requests("/poison/") == 7  # the second attempt had its pages


def test_the_job_of_a_child_that_hangs_can_be_cancelled_and_the_worker_is_free(environment: dict[str, str], site: Site):
    poisoned = post(f"{site.url}/poison/index.html")
    with working(partial(poison, "loop-in-c"), **settings(LEASE_SECONDS="600")) as worker:
        until(lambda: read(poisoned).status is JobStatus.PARSING, "it does not parse")
        child = child_of(worker)
        intake.cancel(poisoned)
        healthy = post(f"{site.url}/index.html")

        assert ended(healthy).status is JobStatus.DONE
        assert (lives(worker), lives(child)) == (True, False)
    assert read(poisoned).error_kind == "cancelled"


@pytest.mark.long
def test_a_poisoned_worker_can_be_run_by_hand(environment: dict[str, str], site: Site):
    poisoned = post(f"{site.url}/poison/index.html")
    command = [sys.executable, "-m", "tests.poisoned", "exit", "--burst"]
    told = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False)

    assert told.returncode == 0, told.stderr
    assert read(poisoned).error_kind == "crash"
