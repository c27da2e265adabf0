"""Recovery of 10,000 jobs of as many hosts: ones that wait although Redis has forgotten them, and ones whose workers are gone.

The second is measured once, since it takes long.
"""

from __future__ import annotations

import time

from sqlalchemy import text

from benchmarks import measure, running
from benchmarks.measure import Row
from ingestion import broker, db, recovery

JOBS = 10_000
FILL = """
INSERT INTO job (source_url, canonical_url, status, priority, refresh, attempt, released, pages_done, chapters_saved, chapters_missing, lease_expires_at, worker)
SELECT url, url, '{status}', 'default', 'new', 1, 0, 0, 0, 0, {lease}, 'gone'
FROM (SELECT 'http://site' || n || '.example/' AS url FROM generate_series(1, {rows}) AS n) AS made
"""
GONE = "now() - interval '1 hour'"


def rows(*, quick: bool) -> list[Row]:
    """The two rows."""
    jobs = measure.size(JOBS, quick=quick)
    with running.servers():
        turns = measure.rounds(measure.FEW_ROUNDS, quick=quick)
        silent = [recovered(jobs, status="queued", lease="NULL") for _ in turns]
        expired = [recovered(jobs, status="crawling", lease=GONE)]
    return [
        measure.limit(f"recovery of {jobs:,} jobs {which}", unit="s", ours=seconds, must=10, aim=2)
        for which, seconds in (("that Redis forgot", silent), ("of workers that are gone", expired))
    ]


def recovered(jobs: int, *, status: str, lease: str) -> float:
    """Seconds until all of so many stranded jobs are back in a queue."""
    broker.connection().flushall()
    with db.transaction() as session:
        session.execute(text("TRUNCATE job CASCADE"))
        session.execute(text(FILL.format(status=status, lease=lease, rows=jobs)))
    begun = time.perf_counter()
    done = recovery.recover()
    seconds = time.perf_counter() - begun
    if len(done.requeued) != jobs:
        raise RuntimeError(f"of {jobs} stranded jobs only {len(done.requeued)} came back")
    return seconds
