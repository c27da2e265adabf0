"""A pool of workers in one command: kept at its size, told to stop together, and never left behind.

One parent forks them when all is imported, so that they share its memory, and takes its signals one by one in its loop:

    SIGTERM, SIGINT, SIGHUP    every worker puts its job back and leaves; a second one, and they leave at once
    SIGTTIN, SIGTTOU           a worker more; a worker fewer, the newest, which puts its job back
    SIGCHLD                    a worker has ended: another one is started in its place, later and later if they die young

RQ's WorkerPool starts a worker that cannot run anew each second for ever, cannot change its size, and leaves its workers behind when
it is killed.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import TypeAlias

import structlog

from ingestion import config, orphans, systemd

log = structlog.get_logger(__name__)

STOP = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
HEEDED = STOP | {signal.SIGTTIN, signal.SIGTTOU, signal.SIGCHLD, signal.SIGALRM}
MOST_WORKERS = 64

Mask: TypeAlias = set[int | signal.Signals]


@dataclass(kw_only=True)
class Restarts:
    """When a worker is started in the place of one that died: at once, if that had worked for a while; else each time later.

    The `most`th time that they died young, soon after the time before, something is wrong that no new one will mend. Those that die while
    none is started died together, and count once. Times are seconds.
    """

    young: float = 10.0
    first_rest: float = 1.0
    longest_rest: float = 30.0
    most: int = 8
    _row: int = 0
    _until: float = -math.inf

    def rest(self, lived: float, now: float) -> float | None:
        """How long to wait after a death at `now`; None to give up."""
        if lived >= self.young:
            return 0.0
        if now >= self._until:
            self._row = self._row + 1 if now - self._until < 2 * self.young else 1
            self._until = now + min(self.longest_rest, self.first_rest * 2.0 ** (self._row - 1))
        return None if self._row >= self.most else self._until - now


class Pool:
    """`size` processes that `work`, until a signal says stop; when not `lasting`, until each has left by itself."""

    def __init__(
        self, size: int, work: Callable[[], None], *, lasting: bool = True, restarts: Restarts | None = None
    ) -> None:
        self._size = size
        self._work = work
        self._lasting = lasting
        self._restarts = restarts or Restarts()
        self._workers: dict[BaseProcess, float] = {}
        self._leaving: set[BaseProcess] = set()
        self._not_before = 0.0
        self._failed = False

    def run(self) -> int:
        """The exit code: 1 when its workers died young again and again, or one failed that was to leave by itself."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, HEEDED)
        # What is ignored is never pending, whatever the mask says.
        handlers = {number: signal.signal(number, _woken) for number in HEEDED}
        try:
            log.info("pool started", workers=self._size)
            while self._workers or self._size:
                rest = self._fill(before)
                if self._size:
                    systemd.ready(f"{len(self._workers)} workers")
                systemd.alive()
                self._heed(_next_signal(min(rest, config.watchdog_seconds() / 2)))
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        log.info("pool stopped")
        return int(self._failed)

    def _fill(self, mask: Mask) -> float:
        """Start what is missing; while it rests, the seconds until then, else infinity."""
        missing = self._size - len(self._workers) + len(self._leaving)
        rest = self._not_before - time.monotonic()
        if missing > 0 and rest > 0:
            return rest
        for _ in range(missing):
            worker = multiprocessing.get_context("fork").Process(target=self._begin, args=(os.getpid(), mask))
            try:
                worker.start()
            except OSError as error:  # the machine has none to spare for now
                log.warning("no process can be started; tried again", error=str(error))
                return self._restarts.longest_rest
            self._workers[worker] = time.monotonic()
        return math.inf

    def _begin(self, parent: int, mask: Mask) -> None:
        """In the child: be no orphan, and have signals do what they do in any process until the work says otherwise."""
        if not orphans.follow(parent):
            return
        for number in HEEDED:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        self._work()

    def _heed(self, number: int) -> None:
        if number in STOP:
            log.info("pool asked to stop", signal=signal.Signals(number).name)
            systemd.stopping()
            self._size = 0
            self._tell_to_leave(list(self._workers))
        elif number == signal.SIGTTIN:
            self._resize(self._size + 1)
        elif number == signal.SIGTTOU:
            self._resize(self._size - 1)
        for worker in [worker for worker in self._workers if worker.exitcode is not None]:
            self._bury(worker)

    def _resize(self, size: int) -> None:
        if self._size and 1 <= size <= MOST_WORKERS:
            self._size = size
            log.info("pool resized", workers=size)
            staying = [worker for worker in self._workers if worker not in self._leaving]
            self._tell_to_leave(staying[size:])

    def _tell_to_leave(self, workers: list[BaseProcess]) -> None:
        for worker in workers:
            self._leaving.add(worker)
            worker.terminate()

    def _bury(self, worker: BaseProcess) -> None:
        """A worker has ended; was it to?"""
        now, began = time.monotonic(), self._workers.pop(worker)
        if worker in self._leaving:
            self._leaving.remove(worker)
        elif not self._lasting:
            self._size -= 1
            self._failed |= worker.exitcode != 0
        elif (rest := self._restarts.rest(now - began, now)) is not None:
            log.warning("a worker died; another takes its place", pid=worker.pid, code=worker.exitcode, seconds=rest)
            self._not_before = max(self._not_before, now + rest)
        else:
            log.error("workers die as soon as they begin; the pool gives up, their log says why", code=worker.exitcode)
            self._size, self._failed = 0, True
            self._tell_to_leave(list(self._workers))


def _next_signal(seconds: float) -> int:
    """The next signal to heed; SIGALRM after so many seconds, unless they have no end."""
    signal.setitimer(signal.ITIMER_REAL, 0 if math.isinf(seconds) else seconds)
    number = signal.sigwait(HEEDED)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return number


def _woken(_number: int, _frame: object) -> None:
    """Never called: its signals are blocked, and waited for."""
