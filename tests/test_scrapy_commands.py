"""Scrapy's own commands in a checkout: the spiders and the manners of a crawl, on a machine without any service."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ingestion.system import ROOT
from tests.library import novel
from tests.sites.plain import render
from tests.sites.web import Page, Site


def scrapy(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What ``scrapy …words`` says in the checkout."""
    ours = {
        "ALLOWED_NETWORKS": "127.0.0.0/8",
        "DATA_DIR": str(folder),
        "PACE_SECONDS": "0.01",
        "DATABASE_URL": "",
        "REDIS_URL": "",
    }
    command = [sys.executable, "-m", "scrapy", *words]
    return subprocess.run(command, cwd=ROOT, env=os.environ | ours, capture_output=True, text=True, check=False)


def test_scrapy_parse_shows_what_a_page_gives_and_needs_no_database(tmp_path: Path):
    with Site(render(novel())) as site:
        words = ["parse", "--spider", "generic", "-c", "chapters", "--nocolour", f"{site.url}/index.html"]
        told = scrapy(tmp_path, *words)

        assert [hit.path for hit in site.hits] == ["/robots.txt", "/index.html"]
    assert told.returncode == 0, told.stderr
    assert novel().chapters[-1].title in told.stdout


def test_scrapy_shell_says_why_a_page_is_not_fetched(tmp_path: Path):
    with Site({"/robots.txt": Page("User-agent: *\nDisallow: /login")}) as site:
        told = scrapy(tmp_path, "shell", "-c", "response", f"{site.url}/login")

    assert f"forbids {site.url}/login to programs" in told.stderr
