"""The plain spider in a fresh interpreter, as `scrapy crawl` runs it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

ROOT = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT = {"SCRAPY_SETTINGS_MODULE": "benchmarks.bare.settings", "PYTHONPATH": str(ROOT)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Crawled:
    """Seconds from the command's start to its end, those of them that Scrapy crawled, and how many items there were."""

    seconds: float
    crawling: float
    items: int


def crawl(url: str) -> Crawled:
    """Crawl the novel at `url`."""
    command = [sys.executable, "-m", "scrapy", "crawl", "bare", "-a", f"url={url}"]
    begun = time.perf_counter()
    # Elsewhere than in our folder, whose scrapy.cfg would bring our own settings with it.
    done = subprocess.run(command, cwd=gettempdir(), env=os.environ | ENVIRONMENT, check=True, capture_output=True)
    seconds = time.perf_counter() - begun
    crawling, items = done.stdout.split()
    return Crawled(seconds=seconds, crawling=float(crawling), items=int(items))
