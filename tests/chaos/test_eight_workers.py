"""Eight workers on one host, measured at the server: never faster than the pace, and no slot wasted, whatever is killed meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from tests.conftest import configure
from tests.mortal import Valkey, sockets
from tests.processes import child_of, ended, post, working
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Site
from tests.waiting import until

PACE = 0.5
WORKERS = 8
CHAPTERS = 8
Meanwhile = Callable[[Valkey, list[psutil.Process]], None]

pytestmark = pytest.mark.long


@pytest.fixture
def valkey(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Valkey]:
    with sockets() as folder:
        made = Valkey(tmp_path / "valkey", folder)
        made.start()
        configure(monkeypatch, REDIS_URL=made.url, PACE_SECONDS=str(PACE), JOBS_PER_HOST=str(WORKERS), MAX_ATTEMPTS="3")
        yield made
        made.close()


def nothing(_valkey: Valkey, _workers: list[psutil.Process]) -> None:
    """Let them work."""


def kill_a_child_that_waits_for_its_slot(_valkey: Valkey, workers: list[psutil.Process]) -> None:
    child_of(workers[3]).kill()


def restart_redis(valkey: Valkey, _workers: list[psutil.Process]) -> None:
    valkey.shut_down()
    valkey.start()


def crawled(valkey: Valkey, meanwhile: Meanwhile) -> list[float]:
    """When each request of a crawl of eight novels came in."""
    with Site() as site, ExitStack() as stack:
        for number in range(WORKERS):
            pages = plain.render(make_novel(chapters=CHAPTERS, seed=number))
            site.pages.update({f"/{number}{path}": page for path, page in pages.items()})
        workers = [stack.enter_context(working(RECOVERY_SECONDS="1")) for _ in range(WORKERS)]
        jobs = [post(f"{site.url}/{number}/index.html") for number in range(WORKERS)]
        until(lambda: len(site.hits) > 3 * WORKERS, "no crawl began")
        meanwhile(valkey, workers)
        ended(*jobs)
        return sorted(hit.time for hit in site.hits)


@pytest.mark.parametrize("meanwhile", [nothing, kill_a_child_that_waits_for_its_slot, restart_redis])
def test_eight_workers_are_as_polite_as_one_and_waste_nothing(valkey: Valkey, meanwhile: Meanwhile):
    times = crawled(valkey, meanwhile)

    gaps = [later - earlier for earlier, later in pairwise(times)]
    wasted = 4 * PACE if meanwhile is not nothing else PACE  # a killed child's slots, a restart's new life
    print(
        sorted(round(g, 3) for g in gaps)[:8],
        len(gaps) * PACE,
        times[-1] - times[0],
        sorted(round(g, 3) for g in gaps)[-6:],
    )
    assert min(gaps) >= 0.95 * PACE
    assert (len(gaps) * PACE) / (times[-1] - times[0] - wasted) >= 0.95
