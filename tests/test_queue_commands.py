"""What an operator types about the queues."""

from __future__ import annotations

import json

import pytest

from ingestion import broker, logs, queue
from tests.commandline import posted, run, statuses
from tests.processes import read
from worker import main

pytestmark = pytest.mark.usefixtures("environment")


def test_move_takes_each_job_to_the_queue_of_another_priority():
    first, second = posted(2)
    run("cancel", second)
    told = run("move", first, second, "--priority", "high")

    assert told.exit_code == 1
    assert told.stdout.splitlines() == [
        f"job {first} moved to priority high",
        f"job {second} is ERROR; only an unfinished job can be moved to another queue",
    ]
    assert read(first).priority == "high"


def test_move_wants_to_know_where_to():
    assert run("move", 1).exit_code == 2
    assert run("move", 1, "--priority", "urgent").exit_code == 2


def test_queues_shows_bells_workers_and_rows():
    posted(2)
    told = run("queues")
    head, row = (line.split() for line in told.stdout.splitlines()[0:3:2])

    assert head == ["queue", "workers", "bells", "oldest", "started", "failed", "due", "resting", "paused"]
    assert (row[:3], row[4:]) == (["ingestion", "0", "2"], ["s", "0", "0", "2", "0", "0"])
    assert told.stdout.splitlines()[-1] == "0 workers"
    assert json.loads(run("queues", "--json").stdout)["queues"][1]["size"] == 2


def test_queues_tells_of_stranded_jobs_and_what_to_do():
    posted(2)
    broker.connection().flushall()

    assert run("queues").stdout.splitlines()[-1] == (
        "2 jobs or tasks are stranded; `python cli.py process-queue` puts them back"
    )


def test_an_emptied_queue_loses_no_job_and_says_when_the_bells_are_back():
    made = posted(2)
    told = run("empty", "ingestion")
    empty = queue.waiting(), broker.connection().keys("rq:job:*")
    run("process-queue")

    assert told.stdout.splitlines()[0] == "ingestion: 2 bells removed; what they rang for stays QUEUED"
    assert "within 60 s" in told.stdout
    assert empty == (set(), [])
    assert (statuses(*made), queue.waiting()) == (["queued"] * 2, set(made))


def test_while_everything_is_paused_an_emptied_queue_stays_empty_until_resume():
    made = posted(2)
    run("pause")
    told = run("empty", "ingestion,ingestion-low")
    run("process-queue")
    held = queue.waiting()
    run("resume")

    assert told.stdout.splitlines() == [
        "ingestion: 2 bells removed; what they rang for stays QUEUED",
        "ingestion-low: 0 bells removed; what they rang for stays QUEUED",
        "it waits until `python cli.py resume`, which rings for it again",
    ]
    assert (held, queue.waiting()) == (set(), set(made))


def test_a_queue_that_is_none_is_named():
    told = run("empty", "mail")

    assert told.exit_code == 1
    assert "unknown queue ['mail']" in str(told.exception)


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"queues": "ingestion,mail"}, "settings: unknown queue ['mail']"),
        ({"sites": "royalrod"}, "settings: unknown site royalrod"),
    ],
)
def test_a_worker_of_what_is_unknown_is_refused_by_name(wish: dict[str, str], told: str):
    with pytest.raises(SystemExit) as refused:
        main(**wish)
    logs.configure("test")

    assert str(refused.value).startswith(told)
