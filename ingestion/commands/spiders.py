"""The list of sites: what each spider declares of its site, and the recorded pages that its tests read."""

from __future__ import annotations

from typing import Any

from ingestion.commands import output
from ingestion.system import ROOT

PAGES = ROOT / "tests" / "pages"


def spiders(as_json: output.Json = False) -> None:
    """List the sites that have a spider of their own; `generic` reads any other.

    Example: python cli.py spiders
    """
    from ingestion import crawl

    rows: list[dict[str, Any]] = [
        {
            "name": spider.name,
            "hosts": spider.allowed_domains or ["any other"],
            "pace": crawl.pace_of(spider),
            "sign": spider.sign.value,
            "batch": spider.batch or "all",
            "strategies": list(spider.strategies),
            "recorded": _recorded(spider.name),
        }
        for spider in crawl.spiders()
    ]
    output.as_json(rows) if as_json else output.table(rows, *rows[0])


def _recorded(name: str) -> int:
    """How many recorded pages the spider's tests read; none where only the packages are installed."""
    return sum(1 for path in (PAGES / name).glob("*") if path.name != "expected.json")
