"""What the statements that look for work cost, by how many jobs wait: claiming one, ringing for the next of its host, looking for stranded ones."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, text

from benchmarks.scale.capacity import Cost
from benchmarks.scale.costs import Meter
from ingestion import broker, db, jobs, recovery, turns
from ingestion.models import Job
from ingestion.status import JobStatus

CLAIMED = 40
LOOKS = 3
FILL = text("""
INSERT INTO job (source_url, canonical_url, status, priority, refresh, attempt, released, pages_done, chapters_saved, chapters_missing)
SELECT url, url, 'queued', 'default', 'new', 0, 0, 0, 0, 0
FROM (SELECT 'https://site' || n % :hosts || '.example/novel/' || n AS url FROM generate_series(:first, :last) AS n) AS made
""")


@dataclass(frozen=True, kw_only=True)
class Looking:
    """The costs with so many jobs that wait."""

    claim: Cost
    ring: Cost
    recovery: Cost


def fill(*, first: int, last: int, hosts: int) -> None:
    """Let jobs wait, of so many hosts. What autovacuum would do at some time is done at once."""
    with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ALTER TABLE job SET (autovacuum_enabled = false)"))
        connection.execute(FILL, {"first": first, "last": last, "hosts": hosts})
        connection.execute(text("VACUUM ANALYZE job"))


def measure(meter: Meter) -> Looking:
    """Claim some jobs, ring as they would when they end, look for stranded ones, and put all of it back."""
    broker.connection().flushall()
    recovery.recover()  # rings for the first of each host
    look = meter.of(LOOKS, lambda _: recovery.recover())
    with db.transaction() as session:
        waiting = session.scalars(select(Job.id).where(Job.status == JobStatus.QUEUED).order_by(Job.id)).all()
    # Spread over the table, and each of another host: the hosts take turns in it, and this is no part of their number.
    ids = waiting[:: max(1, len(waiting) // CLAIMED - 1)][-CLAIMED:]
    claim = meter.of(len(ids), lambda turn: _claim(ids[turn]))
    ring = meter.of(len(ids), lambda turn: turns.ring_next(ids[turn]))
    for job_id in ids:
        with db.transaction() as session:
            jobs.release(session, job_id, session.get_one(Job, job_id).attempt, reason="measured")
    return Looking(claim=claim, ring=ring, recovery=look)


def _claim(job_id: int) -> None:
    with db.transaction() as session:
        if jobs.claim(session, job_id, worker="scale", lease_seconds=3600, per_host=1) is None:
            raise SystemExit(f"job {job_id} could not be claimed")
