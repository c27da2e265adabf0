"""Scrapy's own commands in a checkout: the spiders and the manners of a crawl, on a machine without any service."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ingestion.system import ROOT
from tests.library import novel
from tests.sites.plain import render
from tests.sites.web import Site


def test_scrapy_parse_shows_what_a_page_gives_and_needs_no_database(tmp_path: Path):
    ours = {
        "ALLOWED_NETWORKS": "127.0.0.0/8",
        "DATA_DIR": str(tmp_path),
        "PACE_SECONDS": "0.01",
        "DATABASE_URL": "",
        "REDIS_URL": "",
    }
    with Site(render(novel())) as site:
        words = ["parse", "--spider", "generic", "-c", "chapters", "--nocolour", f"{site.url}/index.html"]
        command = [sys.executable, "-m", "scrapy", *words]
        told = subprocess.run(command, cwd=ROOT, env=os.environ | ours, capture_output=True, text=True, check=False)

        assert [hit.path for hit in site.hits] == ["/robots.txt", "/index.html"]
    assert told.returncode == 0, told.stderr
    assert novel().chapters[-1].title in told.stdout
