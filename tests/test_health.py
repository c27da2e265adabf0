"""What is wrong by the facts, and what to do about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingestion.health import Facts, Queue, Schema, Server, Servers, Site, State, Worker, judge, overall

GOOD = Servers(
    postgresql=Server(version="18.1", seconds=0.001),
    redis=Server(version="9.1", seconds=0.001),
    schema=Schema.CURRENT,
    revision="0008",
    wanted_revision="0008",
)
QUEUES = (Queue(name="ingestion"), Queue(name="ingestion-low"))
WORKER = Worker(
    name="w", host="here", pid=7, busy=False, queues=("ingestion", "ingestion-low"), silent_seconds=1, stale=False
)
WELL = Facts(servers=GOOD, queues=QUEUES, workers=(WORKER,))
AWAY = Server(error="no answer within 1 s")


def test_where_nothing_is_wrong_nothing_is_found():
    assert (judge(WELL), overall(judge(WELL))) == ([], State.OK)
    assert judge(replace(WELL, followed=True, scheduler="here:1")) == []


@pytest.mark.parametrize(
    ("facts", "state", "about", "cure"),
    [
        (replace(WELL, servers=replace(GOOD, postgresql=AWAY)), State.DOWN, "postgresql", "DATABASE_URL"),
        (replace(WELL, servers=replace(GOOD, redis=AWAY)), State.DOWN, "redis", "REDIS_URL"),
        (replace(WELL, servers=replace(GOOD, schema=Schema.BEHIND)), State.DOWN, "migrations", "cli.py db upgrade"),
        (replace(WELL, servers=replace(GOOD, schema=Schema.AHEAD)), State.DEGRADED, "migrations", "update"),
        (replace(WELL, workers=()), State.DEGRADED, "workers", "python worker.py"),
        (replace(WELL, stranded=2), State.DEGRADED, "jobs", "cli.py process-queue"),
        (replace(WELL, everything_paused=True), State.DEGRADED, "pause", "cli.py resume"),
        (replace(WELL, followed=True), State.DEGRADED, "scheduler", "cli.py scheduler"),
    ],
)
def test_what_is_wrong_is_told_with_its_cure(facts: Facts, state: State, about: str, cure: str):
    (finding,) = judge(facts)

    assert (finding.state, finding.about) == (state, about)
    assert cure in finding.cure


def test_jobs_that_wait_in_a_queue_that_nobody_serves_are_told_of():
    waiting = (Queue(name="ingestion-low", due=3),)
    served = replace(WORKER, queues=("ingestion",))

    assert judge(replace(WELL, queues=waiting)) == []
    (finding,) = judge(replace(WELL, queues=waiting, workers=(served,)))
    assert finding.told == "no worker serves the queue ingestion-low, where 3 jobs wait"
    assert finding.cure == "python worker.py --queues ingestion-low"


def test_a_worker_that_went_silent_does_not_count_as_one():
    gone = replace(WORKER, silent_seconds=90.0, stale=True)

    first, second = judge(replace(WELL, workers=(gone,)))
    assert first.told == "no worker is running, and no job is begun"
    assert second.told == "the worker here:7 has given no sign of life for 90 s"


def test_a_site_that_is_not_read_as_usual_is_named_with_its_reason():
    site = Site(host="www.example.org", site="example", state="failing", reasons=("none of the last 3 jobs could",))

    (finding,) = judge(replace(WELL, sites=(site,)))
    assert finding.told == "www.example.org, read by example, is failing: none of the last 3 jobs could"
    assert "reparse --site example" in finding.cure


def test_the_worst_is_told_first_and_is_the_state_of_all():
    found = judge(replace(WELL, stranded=1, servers=replace(GOOD, redis=AWAY)))

    assert [finding.about for finding in found] == ["redis", "jobs"]
    assert overall(found) is State.DOWN


def test_without_redis_nothing_is_said_of_workers_who_are_known_by_it_alone():
    found = judge(replace(WELL, workers=(), servers=replace(GOOD, redis=AWAY)))

    assert [finding.about for finding in found] == ["redis"]


@pytest.mark.parametrize(
    "servers", [replace(GOOD, postgresql=AWAY, schema=Schema.UNKNOWN), replace(GOOD, schema=Schema.BEHIND)]
)
def test_without_tables_nothing_is_said_of_what_was_not_looked_at(servers: Servers):
    assert [finding.state for finding in judge(Facts(servers=servers))] == [State.DOWN]
