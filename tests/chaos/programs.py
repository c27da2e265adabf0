"""The programs under test as child processes, started again when they die, as a supervisor would."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import psutil

from tests.chaos.servers import kill_tree
from tests.programs import Begin, Process

#: Seconds between a program's end and its next start.
PAUSE = 0.3


class Program:
    """One program that should always run."""

    def __init__(self, begin: Begin, words: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self._begin = partial(begin, words, environment, log)
        self._ended: float | None = None
        self.starts = 0
        self.process = self._start()

    def _start(self) -> Process:
        self.starts += 1
        return self._begin()

    def supervise(self) -> None:
        """Start it again, a moment after it ended."""
        if self.process.poll() is None:
            return
        self._ended = self._ended or time.monotonic()
        if time.monotonic() - self._ended > PAUSE:
            self._ended = None
            self.process = self._start()

    def itself(self) -> list[psutil.Process]:
        """The process, if it runs."""
        return [psutil.Process(self.process.pid)] if self.process.poll() is None else []

    def horses(self) -> list[psutil.Process]:
        """The children that do its jobs; none when it is at rest or dead."""
        with contextlib.suppress(psutil.NoSuchProcess):
            return [child for one in self.itself() for child in one.children()]
        return []

    def stop(self, *, seconds: float = 10) -> None:
        """Ask it to leave, and make it leave when it does not."""
        for process in self.itself() + self.horses():
            signal_to(process, signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            kill_tree(self.process.pid)
            self.process.wait()


def signal_to(process: psutil.Process, number: signal.Signals) -> None:
    """Send a signal to a process that may be gone by now."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def environment(**values: str) -> dict[str, str]:
    """What a program under test finds: this process's environment without settings of its own, and the storm's."""
    kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL", "DATA_DIR"}}
    # As under supervisor: what the harness started dies with it, even when it is killed itself.
    return kept | {"SUPERVISOR_ENABLED": "1"} | SETTINGS | values


SETTINGS = {
    "LEASE_SECONDS": "2",
    "RECOVERY_SECONDS": "1",
    "PACE_SECONDS": "0",
    "JOBS_PER_HOST": "2",
    "DOWNLOAD_TIMEOUT": "2",
    "PAGE_RETRIES": "2",
    "PAGE_RETRY_SECONDS": "0.1",
    "MAX_ATTEMPTS": "2",
    "MAX_SHRINK": "1",
    "RETRY_SECONDS": "0.2",
    "RETRY_MAX_SECONDS": "1",
    "ALLOWED_NETWORKS": "127.0.0.0/8",
    "LOG_LEVEL": "WARNING",
}
