"""scrapyd with the plain spider, two processes at once and as prompt as it can be told to be."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2

from benchmarks.bare.crawl import ROOT
from benchmarks.running import await_that
from ingestion.system import free_port

CONFIG = """\
[scrapyd]
http_port = {port}
max_proc = {processes}
poll_interval = 0.2
"""
PROJECT = """\
[settings]
bare = benchmarks.bare.settings
"""


class Scrapyd:
    """One that runs."""

    def __init__(self, api: httpx2.Client) -> None:
        self._api = api
        self._done = 0
        await_that(self._answers)

    def crawl(self, urls: list[str]) -> float:
        """Seconds from the first request until the last of the crawls has ended."""
        begun = time.perf_counter()
        for url in urls:
            told = self._api.post("/schedule.json", data={"project": "bare", "spider": "bare", "url": url}).json()
            if told["status"] != "ok":
                raise RuntimeError(f"scrapyd: {told}")
        self._done += len(urls)
        await_that(lambda: self._finished() == self._done)
        return time.perf_counter() - begun

    def _finished(self) -> int:
        time.sleep(0.05)  # it answers in the process that starts the crawls
        return len(self._api.get("/listjobs.json", params={"project": "bare"}).json()["finished"])

    def _answers(self) -> bool:
        with contextlib.suppress(httpx2.TransportError):
            return self._api.get("/daemonstatus.json").status_code == 200
        return False


@contextlib.contextmanager
def serve(*, processes: int) -> Iterator[Scrapyd]:
    """A scrapyd in a throwaway folder."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="quire-bench-") as folder:
        (Path(folder) / "scrapy.cfg").write_text(PROJECT)
        (Path(folder) / "scrapyd.conf").write_text(CONFIG.format(port=port, processes=processes))
        process = subprocess.Popen(
            [sys.executable, "-m", "scrapyd"],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as api:
                yield Scrapyd(api)
        finally:
            process.terminate()
            process.wait()
