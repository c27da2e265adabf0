"""No process outlives its parent unasked, where the system offers that: Linux does, through prctl(2)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from ingestion import config

LINUX_PR_SET_PDEATHSIG = 1


def die_with_parent(stop: signal.Signals) -> Callable[[], None] | None:
    """What a child calls so that the kernel sends it `stop` when its parent dies; None where no kernel does that."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(LINUX_PR_SET_PDEATHSIG, int(stop))


def follow(parent: int, stop: signal.Signals = signal.SIGTERM) -> bool:
    """In a child that was just forked: get `stop` when the parent dies. False when that has happened already."""
    if ask := die_with_parent(stop):
        ask()
    return os.getppid() == parent


def follow_supervisor(stop: signal.Signals = signal.SIGTERM) -> None:
    """In a process that supervisor started: stop when supervisor dies without having stopped us. SystemExit if it has."""
    if config.under_supervisor() and (ask := die_with_parent(stop)):
        ask()
        if (pidfile := config.supervisor_pidfile()) and not _is_parent(pidfile):
            raise SystemExit("the supervisor that started this process is gone")


def _is_parent(pidfile: Path) -> bool:
    try:
        return int(pidfile.read_text()) == os.getppid()
    except (OSError, ValueError):
        return False
