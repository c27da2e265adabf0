"""The most memory that a job's process has with 10,000 chapters, over what it has with 100. Linux's VmHWM; one long job, since it takes a minute."""

from __future__ import annotations

import contextlib
import re
import statistics
import threading
import time
from pathlib import Path

from benchmarks import measure, running
from benchmarks.measure import Row
from benchmarks.running import System
from benchmarks.site import Site

CHAPTERS, FEW = 10_000, 100
LOOK_SECONDS = 0.05


def rows(*, quick: bool) -> list[Row]:
    """The row."""
    chapters = measure.size(CHAPTERS, quick=quick)
    names = [f"few{turn}" for turn in range(measure.FEW_ROUNDS)]
    with Site({"many": chapters} | dict.fromkeys(names, FEW)) as site, running.whole(site, search=False) as system:
        few = [_peak(system, site.index(name)) for name in names]
        many = _peak(system, site.index("many"))
    more = {f"MB, {FEW} chapters": few, f"MB, {chapters} chapters": [many]}
    added = [many - statistics.median(few)]
    return [
        measure.limit(
            f"memory of {chapters} chapters", unit="MB", says="MB more", ours=added, must=60, aim=20, more=more
        )
    ]


def _peak(system: System, url: str) -> float:
    """Megabytes that the job's process had at the most."""
    peaks, over = [0.0], threading.Event()

    def look() -> None:
        worker = system.workers()[0]
        while not over.wait(LOOK_SECONDS):
            peaks.extend(_most(child.pid) for child in worker.children())

    watch = threading.Thread(target=look)
    watch.start()
    system.ingest(url)
    over.set()
    watch.join()
    system.settle()
    time.sleep(LOOK_SECONDS)
    return max(peaks)


def _most(pid: int) -> float:
    with contextlib.suppress(OSError):
        if found := re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text()):
            return int(found[1]) / 1000
    return 0.0
