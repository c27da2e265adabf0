"""The modules of rows, and how one is run: in a process of its own, which has imported and connected nothing before."""

from __future__ import annotations

import importlib
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks.measure import Row

NAMES = (
    *("single", "novel", "batch", "saving", "parsing", "posting"),
    *("checking", "pacing", "claiming", "memory", "stranded", "library"),
)


def run(name: str, *, quick: bool) -> list[Row]:
    """The rows of one module."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_rows, name, quick).result()


def _rows(name: str, quick: bool) -> list[Row]:
    found: list[Row] = importlib.import_module(f"benchmarks.{name}").rows(quick=quick)
    return found
