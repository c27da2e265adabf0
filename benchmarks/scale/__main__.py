"""`python -m benchmarks.scale`, under three minutes; `--quick` with few rows, which tells whether it runs and not how much anything costs.

Prints what was simulated beside what the arithmetic says, what each thing costs, and what three libraries need.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import text

from benchmarks.scale import backlog, costs, simulation
from benchmarks.scale.backlog import Looking
from benchmarks.scale.capacity import Cost, Costs, Growth, Library, Load, Servers, days_of_largest, most
from benchmarks.scale.costs import Meter
from benchmarks.scale.simulation import Simulation, Wish
from ingestion import config, crawl, db, embedded, jobs, logs, migrations
from ingestion.models import Job

LIBRARIES = (
    Library(chapters=1_000, novels=5, hosts=2),
    Library(chapters=1_000_000, novels=5_000, hosts=50),
    Library(chapters=100_000_000, novels=500_000, hosts=1_000),
)
POSTGRES = Servers(postgres=16)
#: More hosts than there will be.
ANY = 1_000_000
#: The part of all chapters that the largest of the hosts may have.
LARGEST = 0.2
SIMULATED = (
    Wish(hosts=20, novels=60, chapters=20, workers=10),
    Wish(hosts=20, novels=60, chapters=20, workers=20),
    Wish(hosts=20, novels=60, chapters=20, workers=40),
    Wish(hosts=20, novels=60, chapters=20, workers=20, answer=2.0),
)
WAITING, QUICK = (1_000, 20_000, 200_000), (100, 1_000)
HOSTS = 1_000
FEW, MANY = 20, 220


def main() -> None:
    """Measure, then reckon."""
    quick = "--quick" in sys.argv
    with _system() as meter:
        for wish in SIMULATED[-1:] if quick else SIMULATED:
            _tell_simulated(wish)
        found = _measured(meter, quick=quick)
    for name in ("page", "indexing", "job", "renewal"):
        _say(f"{name}", _shown(getattr(found, name)))
    for library in LIBRARIES:
        _tell_library(library, most(library, found, POSTGRES))
    _say("the largest, of any number of hosts", _told(most(replace(LIBRARIES[-1], hosts=ANY), found, POSTGRES)))


@contextmanager
def _system() -> Iterator[Meter]:
    """The servers as `cli.py up` runs them, this process warm, and a pace at which pages come one by one, as at a longer one."""
    with tempfile.TemporaryDirectory(prefix="quire-scale-") as folder, embedded.serve(Path(folder)) as urls:
        (spiders := Path(folder) / "spiders").mkdir()
        os.environ.update(DATABASE_URL=urls.database_url, REDIS_URL=urls.redis_url, DATA_DIR=folder)
        os.environ.update(PACE_SECONDS="0.05", ALLOWED_NETWORKS="127.0.0.0/8", SPIDERS_DIR=str(spiders))
        os.environ.update(PICTURES="false", SEARCH="false", LOG_LEVEL="ERROR")
        config.settings.cache_clear()
        logs.configure("scale")
        migrations.upgrade()
        crawl.warm()
        yield Meter(folder=Path(folder))
        db.engine().dispose()


def _measured(meter: Meter, *, quick: bool) -> Costs:
    many = 2 * FEW if quick else MANY
    short, long = (costs.job(meter, chapters) for chapters in (FEW, many))
    page = (long - short).times(1 / (many - FEW))
    looking = _looking(meter, QUICK if quick else WAITING)
    renewal = _renewal(meter, 50 if quick else 1_000)
    return Costs(
        page=page,
        indexing=costs.indexing(meter, 1 if quick else 6),
        job=short - page.times(FEW),
        renewal=renewal,
        claim=Growth.through({rows: one.claim for rows, one in looking.items()}),
        ring=Growth.through({rows: one.ring for rows, one in looking.items()}),
        recovery=Growth.through({rows: one.recovery for rows, one in looking.items()}),
    )


def _looking(meter: Meter, sizes: tuple[int, ...]) -> dict[int, Looking]:
    """By how many jobs wait, of HOSTS hosts."""
    with db.transaction() as session:
        session.execute(text("DELETE FROM job"))
    found, filled = {}, 0
    for size in sizes:
        backlog.fill(first=filled + 1, last=size, hosts=HOSTS)
        found[size], filled = backlog.measure(meter), size
        _tell_looking(f"{size:,} jobs wait", found[size])
    return found


def _renewal(meter: Meter, times: int) -> Cost:
    with db.transaction() as session:
        job_id = session.scalar(text("SELECT min(id) FROM job")) or 0
        claimed = jobs.claim(session, job_id, worker="scale", lease_seconds=3600)
    if not isinstance(claimed, Job):
        raise SystemExit(f"job {job_id} could not be claimed")
    return costs.renewal(meter, job_id, claimed.attempt, times)


def _tell_simulated(wish: Wish) -> None:
    found = Simulation(wish).run()
    told = f"{wish.hosts} hosts, {wish.novels} novels of {wish.chapters}, {wish.workers} workers, answers in {wish.answer} s"
    rate = f"{found.pages_a_second:.1f} pages/s, reckoned {simulation.expected(wish):.1f}"
    _say(told, f"{rate}; {found.busiest} at work; least gap {found.least_gap:.3f} s")


def _tell_looking(what: str, found: Looking) -> None:
    for name in ("claim", "ring", "recovery"):
        _say(f"{name}, {what}", _shown(getattr(found, name)))


def _tell_library(library: Library, load: Load) -> None:
    _say(f"{library.chapters:,} chapters, {library.hosts:,} hosts, {library.novels:,} novels", _told(load))
    equal, skewed = library.chapters / load.pages / 86_400, days_of_largest(library, LARGEST)
    _say("", f"{equal:.2f} days; {max(equal, skewed):.1f} if one host has {LARGEST:.0%} of it")


def _told(load: Load) -> str:
    busy = f"PostgreSQL {load.busy.postgres:.2f}, Redis {load.busy.redis:.3f}, Python {load.busy.python:.1f} processors"
    has = f"{load.gigabytes:.0f} GB, {load.connections} connections"
    return f"{load.workers} workers ({has}), {load.pages:.0f} pages/s, limit: {load.limit}; {busy}"


def _shown(cost: Cost) -> str:
    return f"PostgreSQL {1e3 * cost.postgres:7.2f} ms  Redis {1e3 * cost.redis:6.3f} ms  Python {1e3 * cost.python:7.2f} ms"


def _say(what: str, figure: str) -> None:
    print(f"{what:<75} {figure}", flush=True)


if __name__ == "__main__":
    main()
