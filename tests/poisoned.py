"""A worker to which some pages are poison: ``python -m tests.poisoned KIND [WORKER'S OPTIONS]``.

Parsing a novel with `/poison/` in its URL does what KIND says, as a bug in a parser or in a C library would.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import typer

import ingestion.worker
from ingestion import tasks

MARK = "/poison/"


def _eat() -> None:
    eaten = []
    while True:
        eaten.append(bytearray(2**24))


def _loop() -> None:
    while True:
        pass


def _loop_in_c() -> None:
    re.match(r"(a|a)*$", "a" * 50 + "b")


POISONS: dict[str, Callable[[], Any]] = {
    "eats-memory": _eat,
    "segfault": partial(ctypes.string_at, 0),
    "loop": _loop,
    "loop-in-c": _loop_in_c,
    "exit": partial(os._exit, 3),
}


def poison(kind: str) -> None:
    """Make this process, and those that it forks, sensitive. It looks at its child more often than it would, too."""
    healthy, act = tasks.parse, POISONS[kind]

    def parse(reader: Any, index_url: str, *args: Any, **kwargs: Any) -> Any:
        if MARK in index_url:
            act()
        return healthy(reader, index_url, *args, **kwargs)

    tasks.parse = parse
    ingestion.worker.WATCH_SECONDS = 1


if __name__ == "__main__":
    import worker

    poison(sys.argv.pop(1))
    typer.run(worker.main)
