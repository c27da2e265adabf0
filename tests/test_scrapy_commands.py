"""Scrapy's own commands in a checkout: the spiders and the manners of a crawl, on a machine without any service."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from scrapy import __main__

from ingestion.system import ROOT
from tests.library import novel
from tests.programs import forked
from tests.sites.plain import render
from tests.sites.web import Page, Site


def settings(folder: Path) -> dict[str, str]:
    """Those of a machine without any service."""
    ours = {"ALLOWED_NETWORKS": "127.0.0.0/8", "DATA_DIR": str(folder), "PACE_SECONDS": "0.01"}
    return os.environ | ours | {"DATABASE_URL": "", "REDIS_URL": ""}


def test_scrapy_parse_shows_what_a_page_gives_and_needs_no_database(tmp_path: Path):
    with Site(render(novel())) as site:
        words = ["parse", "--spider", "generic", "-c", "chapters", "--nocolour", f"{site.url}/index.html"]
        command = [sys.executable, "-m", "scrapy", *words]
        told = subprocess.run(command, cwd=ROOT, env=settings(tmp_path), capture_output=True, text=True, check=False)

        assert [hit.path for hit in site.hits] == ["/robots.txt", "/index.html"]
    assert told.returncode == 0, told.stderr
    assert novel().chapters[-1].title in told.stdout


def test_scrapy_shell_says_why_a_page_is_not_fetched(tmp_path: Path):
    with Site({"/robots.txt": Page("User-agent: *\nDisallow: /login")}) as site:
        words = [__main__.__file__, "shell", "-c", "response", f"{site.url}/login"]
        forked(words, settings(tmp_path), tmp_path / "log").wait(60)

    assert f"forbids {site.url}/login to programs" in (tmp_path / "log").read_text()
