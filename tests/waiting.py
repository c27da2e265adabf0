"""Waiting for something to become true, with a limit and a sentence."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(true: Callable[[], bool], otherwise: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)
