"""The facts, from real servers that answer, hang or are gone."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psutil
import pytest
from rq import Worker
from sqlalchemy import text

from ingestion import broker, db, health, pauses, schedule, vitals
from ingestion.background import ringing, table
from ingestion.errors import NotFound, Unreachable
from ingestion.health import Facts, Schema
from ingestion.retry import Backoff
from ingestion.worker import IngestionWorker
from tests.commandline import claim, fail, posted
from tests.conftest import configure
from tests.followed import followed
from tests.mortal import Valkey, sockets

pytestmark = pytest.mark.usefixtures("environment")


def look() -> Facts:
    return vitals.facts(vitals.servers())


def test_servers_that_answer_are_known_by_version_and_time():
    seen = vitals.servers()

    assert (seen.schema, seen.revision) == (Schema.CURRENT, seen.wanted_revision)
    assert seen.postgresql.version
    assert seen.redis.version
    assert 0 < (seen.postgresql.seconds or 0) < 1
    assert 0 < (seen.redis.seconds or 0) < 1


def test_a_worker_of_another_program_in_the_same_redis_is_none_of_ours():
    Worker(["default"], connection=broker.connection()).register_birth()  # type: ignore[no-untyped-call]
    found = look()

    assert found.workers == ()
    assert [finding.cure for finding in health.judge(found)] == ["python worker.py"]


def test_a_queue_tells_what_is_due_what_rests_what_failed_and_how_long_the_oldest_waits(
    monkeypatch: pytest.MonkeyPatch,
):
    configure(monkeypatch, MAX_ATTEMPTS="5")
    due, rests, failed, _ = posted(4)
    fail(rests, Unreachable("no answer"))
    fail(failed, NotFound("no such novel"))
    with db.transaction() as session:
        session.execute(text("UPDATE job SET updated_at = now() - interval '90 s' WHERE id = :id"), {"id": due})
        pauses.pause(session, "example3.org")
    found = look()
    (one,) = [queue for queue in found.queues if queue.name == "ingestion"]

    assert (one.due, one.scheduled, one.failed) == (1, 1, 1)
    assert one.size == 4
    assert 90 <= one.oldest_wait_seconds < 100
    assert (found.paused, found.everything_paused) == (("example3.org",), False)
    kinds = sorted((jobs.status, jobs.kind, jobs.count) for jobs in found.jobs)
    assert kinds == [("error", "not_found", 1), ("queued", "", 2), ("queued", "unreachable", 1)]


def test_stranded_are_jobs_that_nobody_holds_and_those_whose_lease_has_run_out():
    _, expired, held = posted(3)
    claim(expired, lease_seconds=1)
    claim(held)
    with db.transaction() as session:
        session.execute(
            text("UPDATE job SET lease_expires_at = now() - interval '1 s' WHERE id = :id"), {"id": expired}
        )
    before = look().stranded
    broker.connection().flushall()

    assert (before, look().stranded) == (1, 2)


def test_background_tasks_have_their_queues_and_can_be_stranded_too():
    with db.transaction() as session:
        table.submit(session, "reparse", {"novel_id": 1})
        failed, _ = table.submit(session, "reparse", {"novel_id": 2})
        table.claim(session, failed.id, worker="here:1", lease_seconds=60)
        session.refresh(failed)
        table.fail(session, failed, NotFound("no such novel"), Backoff.as_set(), keep_seconds=60)
    before = look()
    ringing.ring_soon()
    found = look()
    (one,) = [queue for queue in found.queues if queue.name == "enrichment"]

    assert (one.size, one.due, one.failed) == (1, 1, 1)
    assert (before.stranded, found.stranded) == (1, 0)


def test_a_scheduler_is_known_and_whether_one_is_needed():
    nobody = look()
    followed()
    with db.transaction() as session:
        schedule.hold(session, "here:1")
    found = look()

    assert (nobody.followed, nobody.scheduler) == (False, None)
    assert (found.followed, found.scheduler) == (True, "here:1")


def test_a_worker_is_known_by_what_it_said_last_and_is_stale_when_that_was_long_ago():
    worker = IngestionWorker(["ingestion"], connection=broker.connection())
    worker.register_birth()
    (alive,) = look().workers
    broker.connection().hset(worker.key, "last_heartbeat", "2020-01-01T00:00:00.000000Z")
    (late,) = look().workers
    worker.register_death()

    assert (alive.pid, alive.queues, alive.busy, alive.stale) == (os.getpid(), ("ingestion",), False, False)
    assert late.stale
    assert look().workers == ()


def test_tables_of_another_version_are_told_from_ours(environment: dict[str, str]):
    def at(revision: str) -> Schema:
        with db.transaction() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})
        return vitals.servers().schema

    newest = vitals.servers().wanted_revision or ""
    try:
        found = [at("9999"), at("0001")]
        assert look().queues == ()
    finally:
        at(newest)

    assert found == [Schema.AHEAD, Schema.BEHIND]


def test_servers_that_are_gone_are_named_with_their_reason(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, DATABASE_URL="postgresql://me@127.0.0.1:1/x", REDIS_URL="redis://127.0.0.1:1/0")
    begun = time.monotonic()
    facts = look()

    assert time.monotonic() - begun < 2
    assert "Connection refused" in (facts.servers.postgresql.error or "")
    assert "refused" in (facts.servers.redis.error or "")
    assert [finding.about for finding in health.judge(facts)] == ["postgresql", "redis"]


def test_servers_that_hang_are_found_out_within_two_seconds(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    with sockets() as folder:
        valkey = Valkey(tmp_path / "valkey", folder)
        valkey.start()
        configure(monkeypatch, REDIS_URL=valkey.url)
        stopped = [_valkey(), _postmaster()]
        for process in stopped:
            process.send_signal(signal.SIGSTOP)
        try:
            begun = time.monotonic()
            seen = vitals.servers()
            seconds = time.monotonic() - begun
        finally:
            for process in stopped:
                process.send_signal(signal.SIGCONT)
            valkey.close()

    assert seconds < 2
    assert seen.postgresql.error == "no answer within 1 s"
    assert "Timeout" in (seen.redis.error or "")


def _postmaster() -> psutil.Process:
    with db.transaction() as session:
        return psutil.Process(psutil.Process(session.scalar(text("SELECT pg_backend_pid()"))).ppid())


def _valkey() -> psutil.Process:
    pid = broker.connection().info("server")["process_id"]
    return psutil.Process(pid)
