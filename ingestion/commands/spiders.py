"""The list of sites: what each spider declares of its site, the recorded pages that its tests read, and how it fares."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import OperationalError

from ingestion import sitehealth
from ingestion.commands import output
from ingestion.embedded import EmbeddedError
from ingestion.models import SiteReading
from ingestion.sitehealth import State

if TYPE_CHECKING:
    from spiders.base import NovelSpider

#: Hosts whose health is looked at, those that were read last.
MOST_HOSTS = 1000
#: What fits into a terminal of 80 columns; `--json` tells all.
COLUMNS = ("name", "tests", "health", "jobs", "novels", "pace", "sign", "hosts")


def spiders(as_json: output.Json = False) -> None:
    """List the sites that have a spider of their own, how well they are read, and why one is off; `generic` reads any other.

    Example: python cli.py spiders
    """
    from ingestion import crawl

    rows = list(_rows())
    if as_json:
        output.as_json(rows)
        return
    output.table([row | _brief(row) for row in rows], *COLUMNS)
    off = [f"{row['name']} is off: {row['off']}" for row in rows if row["off"]]
    troubled = [f"{row['name']} is {row['health']}: {reason}" for row in rows for reason in row["reasons"]]
    for told in off + troubled + [f"cannot be used: {reason}" for reason in crawl.broken()]:
        output.out.print(told, markup=False, highlight=False)


def _brief(row: dict[str, Any]) -> dict[str, str]:
    """What would be too long for a table: one host for all."""
    first, *more = row["hosts"]
    return {"hosts": f"{first} +{len(more)}" if more else first}


def _rows() -> Iterator[dict[str, Any]]:
    from ingestion import crawl

    nowhere = {crawl.FALLBACK_SPIDER: ["any other"]}
    jobs, novels, found = _from_database()
    for spider in crawl.spiders():
        here = [host for host in found if host[0].site == spider.name]
        newest = here[0][0] if here else None
        yield {
            "name": spider.name,
            "hosts": spider.allowed_domains or nowhere.get(spider.name, ["those in SITE_ALIASES"]),
            "pace": crawl.pace_of(spider),
            "sign": spider.sign.value,
            "sign_url": spider.sign_url(newest.url) if newest else None,
            "batch": spider.batch or "all",
            "strategies": list(spider.strategies),
            "last_strategy": next((reading.strategy for host in here for reading in host if reading.strategy), None),
            "tests": _tested(spider),
            "off": spider.off,
            "jobs": jobs.get(spider.name, 0),
            "novels": novels.get(spider.name, 0),
            **_health(here),
        }


def _from_database() -> tuple[dict[str, int], dict[str, int], list[list[SiteReading]]]:
    """Jobs and novels by spider, and readings by host; nothing, and a word of it, where no database runs yet."""
    from ingestion import bookshelf, db, joblist, readings

    try:
        with db.transaction() as session:
            found = readings.by_host(session, limit=MOST_HOSTS)
            return joblist.per_site(session), bookshelf.per_site(session), found
    except (EmbeddedError, OperationalError) as away:
        reason = str(getattr(away, "orig", away)).strip().partition("\n")[0]
        sys.stderr.write(f"jobs, novels and health are left out, since no database answers: {reason}\n")
        return {}, {}, []


def _health(hosts: list[list[SiteReading]]) -> dict[str, Any]:
    """The worst of what is said of the site's hosts, and the reasons, each under its host."""
    verdicts = [(host[0].host, sitehealth.judge(host)) for host in hosts]
    states = {verdict.state for _, verdict in verdicts}
    worst = [state for state in State if state in states]
    return {
        "health": (worst[-1] if worst else State.NO_DATA).value,
        "reasons": [f"{host}: {reason}" for host, verdict in verdicts for reason in verdict.reasons],
    }


def _tested(spider: type[NovelSpider]) -> str:
    """Whether the spider still reads its recorded pages as it did when they were recorded (`spider test` shows the differences)."""
    from ingestion.kit import recording

    try:
        replayed = list(recording.replay(spider, recording.load(spider.name)))
    except recording.NotRecorded:
        return "none"
    failing = sum(reading.was != reading.now for reading in replayed)
    return f"{failing} of {len(replayed)} fail" if failing else f"{len(replayed)} pass"
