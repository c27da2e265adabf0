"""The queries by which a job is claimed and stranded ones are found, with a million of finished jobs and 100,000 that wait; against
the same with a thousand rows. Of both, those that wait are of a hundred hosts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from benchmarks import measure, running
from benchmarks.measure import Row
from ingestion import db, joblist, jobs
from ingestion.retry import Backoff

FINISHED, QUEUED = 1_000_000, 100_000
FEW_FINISHED, FEW_QUEUED = 900, 100
HOSTS = 100
ASKED = 9
FILL = """
INSERT INTO job (source_url, canonical_url, status, priority, refresh, attempt, released, pages_done, chapters_saved, chapters_missing)
SELECT url, url, '{status}', 'default', 'new', 1, 0, 0, 0, 0
FROM (SELECT 'http://site' || n % {hosts} || '.example/{status}/' || n AS url FROM generate_series(1, {rows}) AS n) AS made
"""


def rows(*, quick: bool) -> list[Row]:
    """The three rows."""
    finished, queued = measure.size(FINISHED, quick=quick), measure.size(QUEUED, quick=quick)
    with running.servers() as urls:
        few = _copied(urls.database_url)
        fill(few, finished=FEW_FINISHED, queued=FEW_QUEUED)
        fill(db.engine(), finished=finished, queued=queued)
        figures = {name: _measured(ask, db.engine(), few) for name, ask in QUERIES.items()}
        few.dispose()
    size = f"{finished:,} finished and {queued:,} queued jobs"
    return [_row(f"{name}, {size}", *found) for name, found in figures.items()]


def fill(engine: Engine, *, finished: int, queued: int) -> None:
    """Write so many jobs, and look at the table as autovacuum does."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(FILL.format(status="done", rows=finished, hosts=HOSTS)))
        connection.execute(text(FILL.format(status="queued", rows=queued, hosts=HOSTS)))
        connection.execute(text("VACUUM ANALYZE job"))


def claim(session: Session) -> object:
    """Claim the oldest job, as a worker does."""
    first = session.scalar(text("SELECT min(id) FROM job WHERE status = 'queued'"))
    return jobs.claim(session, first, worker="benchmark", lease_seconds=60, per_host=1)


def find_silent(session: Session) -> object:
    """The jobs that may begin, of which recovery rings for those that no queue holds."""
    return joblist.claimable(session, per_host=1)


def expire(session: Session) -> object:
    """Take jobs from attempts that have stopped, of which there are none."""
    return jobs.expire(session, Backoff.as_set())


QUERIES: dict[str, Callable[[Session], object]] = {
    "claiming a job": claim,
    "finding silent jobs": find_silent,
    "expiring leases": expire,
}


def _row(name: str, ours: list[float], against: list[float]) -> Row:
    return measure.growth(name, unit="ms", ours=ours, against=against, must=2, aim=1.2)


def _copied(url: str) -> Engine:
    """Another database of the same server, with the same tables."""
    made = make_url(url)
    db.engine().dispose()  # nobody may be connected to what is copied
    options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"}
    server = create_engine(made.set(database="postgres"), **options)
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE few TEMPLATE {made.database}"))
    server.dispose()
    return create_engine(made.set(database="few"))


def _measured(ask: Callable[[Session], object], many: Engine, few: Engine) -> tuple[list[float], list[float]]:
    """Milliseconds with many rows and with few, in turn; the first of each is not counted."""
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(ASKED + 1):
        for engine, figures in zip((many, few), taken, strict=True):
            milliseconds = _milliseconds(ask, engine)
            if turn:
                figures.append(milliseconds)
    return taken


def _milliseconds(ask: Callable[[Session], object], engine: Engine) -> float:
    with Session(engine) as session:
        session.connection()
        begun = time.perf_counter()
        ask(session)
        taken = time.perf_counter() - begun
        session.rollback()
    return 1000 * taken
