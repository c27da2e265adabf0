"""A pool of workers: its size, its signals, the deaths of its workers and its own. The workers here only sleep."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from ingestion.pool import Pool, Restarts
from tests.processes import family, lives
from tests.waiting import until

SOON = Restarts(young=0.2, first_rest=0.01, longest_rest=0.02, most=4)


@contextlib.contextmanager
def running(size: int, work: Callable[[], None], *, lasting: bool = True) -> Iterator[psutil.Process]:
    """A pool in a process of its own."""
    if (pid := os.fork()) == 0:
        os._exit(Pool(size, work, lasting=lasting, restarts=SOON).run())
    process = psutil.Process(pid)
    try:
        yield process
    finally:
        for one in [*family(process), process]:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        with contextlib.suppress(psutil.NoSuchProcess):
            process.wait(10)


def sleep() -> None:
    time.sleep(60)


def has(pool: psutil.Process, count: int) -> None:
    """Wait until it has so many workers that live."""
    until(lambda: sum(map(lives, family(pool))) == count, f"the pool did not come to {count} workers", seconds=5)


# How long it waits ----------------------------------------------------------------------------------------------------


def test_a_worker_that_had_worked_for_a_while_is_replaced_at_once():
    assert [Restarts().rest(lived=3600, now=now) for now in (1, 2, 3)] == [0.0] * 3


def test_workers_that_die_young_are_replaced_ever_later_and_then_no_more():
    restarts, now, rests = Restarts(), 0.0, list[float]()
    while (rest := restarts.rest(lived=0.5, now=now)) is not None:
        rests.append(rest)
        now += rest + 0.5

    assert rests == [1, 2, 4, 8, 16, 30, 30]


def test_workers_that_die_together_count_once():
    restarts = Restarts(most=2)

    assert [restarts.rest(lived=0.1, now=now) for now in (0, 0.25, 0.5, 0.75)] == [1, 0.75, 0.5, 0.25]
    assert restarts.rest(lived=0.1, now=2) is None


def test_deaths_that_are_far_from_each_other_are_no_row():
    restarts = Restarts(most=2)

    assert [restarts.rest(lived=0.1, now=100.0 * n) for n in range(4)] == [1] * 4


# What it does ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_pool_told_to_stop_takes_its_workers_with_it(number: signal.Signals):
    with running(2, sleep) as pool:
        has(pool, 2)
        workers = family(pool)
        pool.send_signal(number)

        assert pool.wait(5) == 0
        assert not any(map(lives, workers))


def test_a_worker_that_is_killed_is_replaced():
    with running(2, sleep) as pool:
        has(pool, 2)
        lost, stays = family(pool)
        lost.kill()
        until(lambda: lost not in family(pool), "the dead one was not buried")
        has(pool, 2)

        assert stays in family(pool)


def test_a_pool_grows_and_shrinks_by_a_signal_down_to_one():
    with running(1, sleep) as pool:
        has(pool, 1)
        first = family(pool)
        for number, size in ((signal.SIGTTIN, 2), (signal.SIGTTIN, 3), (signal.SIGTTOU, 2), (signal.SIGTTOU, 1)):
            pool.send_signal(number)
            has(pool, size)
        pool.send_signal(signal.SIGTTOU)
        time.sleep(0.05)

        assert family(pool) == first
        assert all(map(lives, first))


def test_a_machine_that_has_no_process_to_spare_for_now_does_not_end_a_pool(monkeypatch: pytest.MonkeyPatch):
    fork, tries = os.fork, iter(range(10))

    def sparing() -> int:
        if next(tries) in {2, 3}:  # the first is the pool's own
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return fork()

    monkeypatch.setattr(os, "fork", sparing)
    with running(2, sleep) as pool:
        has(pool, 2)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a child die with its parent (prctl PDEATHSIG)")
def test_a_killed_pool_leaves_no_worker_behind():
    with running(2, sleep) as pool:
        has(pool, 2)
        workers = family(pool)
        pool.kill()

        until(lambda: not any(map(lives, workers)), "a worker outlived its pool", seconds=5)


def test_a_second_signal_reaches_workers_that_take_their_time(tmp_path: Path):
    def stubborn() -> None:
        told = tmp_path / str(os.getpid())
        signal.signal(signal.SIGTERM, lambda *_: told.touch() if not told.exists() else os._exit(0))
        (tmp_path / f"ready-{os.getpid()}").touch()
        while True:
            time.sleep(1)

    with running(2, stubborn) as pool:
        until(lambda: len(list(tmp_path.glob("ready-*"))) == 2, "the workers did not start")
        pool.terminate()
        until(lambda: len(list(tmp_path.glob("[0-9]*"))) == 2, "not every worker heard of it")
        assert pool.is_running()
        pool.terminate()

        assert pool.wait(5) == 0


def test_workers_that_cannot_begin_end_the_pool_with_an_error_and_not_by_spinning(tmp_path: Path):
    def fail() -> None:
        (tmp_path / str(os.getpid())).touch()
        raise SystemExit(1)

    with running(1, fail) as pool:
        assert pool.wait(5) == 1
    assert len(list(tmp_path.iterdir())) == SOON.most


def test_one_that_cannot_go_on_stops_those_that_can(tmp_path: Path):
    def first_sleeps() -> None:
        with contextlib.suppress(FileExistsError):
            (tmp_path / "first").touch(exist_ok=False)
            sleep()
        raise SystemExit(1)

    with running(2, first_sleeps) as pool:
        assert pool.wait(5) == 1


@pytest.mark.parametrize(("code", "expected"), [(0, 0), (3, 1)])
def test_a_pool_that_is_not_to_last_ends_with_its_workers(code: int, expected: int):
    def leave() -> None:
        raise SystemExit(code)

    with running(3, leave, lasting=False) as pool:
        assert pool.wait(5) == expected
