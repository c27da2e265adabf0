"""process-queue, pause and resume, as an operator types them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, update

from ingestion import broker, db, pauses, queue
from ingestion.models import Job
from tests.commandline import claim, posted, run, statuses
from tests.conftest import configure
from tests.processes import read

pytestmark = pytest.mark.usefixtures("environment")


def rows() -> list[tuple[int, str, int, str | None]]:
    with db.transaction() as session:
        return [(job.id, job.status.value, job.attempt, job.worker) for job in session.query(Job).order_by(Job.id)]


@pytest.fixture
def stranded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Jobs that: no queue holds; lost their worker; lost it and have no attempt left; rest; are at work."""
    configure(monkeypatch, MAX_ATTEMPTS="2")
    _silent, lost, spent, rests, at_work = made = posted(5)
    broker.connection().flushall()
    claim(lost, lease_seconds=-1)
    with db.transaction() as session:
        session.execute(update(Job).where(Job.id == spent).values(attempt=1))
        session.execute(update(Job).where(Job.id == rests).values(not_before=func.now() + timedelta(hours=1)))
    claim(spent, lease_seconds=-1)
    claim(at_work)
    return made


def test_a_dry_run_changes_nothing_and_the_real_one_does_what_it_said(stranded: list[int]):
    silent, lost, spent, _, _ = stranded
    before = rows()
    said = json.loads(run("process-queue", "--dry-run", "--json").stdout)
    assert (rows(), queue.waiting()) == (before, set())
    done = json.loads(run("process-queue", "--json").stdout)

    assert {name: sorted(ids) for name, ids in said.items()} == {name: sorted(ids) for name, ids in done.items()}
    assert done.pop("tasks") == {"requeued": [], "expired": [], "dead": []}
    assert done == {"requeued": [silent, lost], "expired": [lost], "dead": [spent]}
    assert queue.waiting() == {silent, lost}
    assert statuses(*stranded) == ["queued", "queued", "error", "queued", "crawling"]


def test_process_queue_tells_of_each_job_and_then_has_nothing_left_to_do(stranded: list[int]):
    silent, lost, spent, _, _ = stranded
    would = run("process-queue", "--dry-run").stdout
    told = run("process-queue")

    assert told.exit_code == 0
    assert told.stdout.splitlines() == [
        f"job {lost}: taken from an attempt that stopped without a word",
        f"job {spent}: given up, its attempts are spent; see `dead-letters`",
        f"job {silent}: pushed to its queue",
        f"job {lost}: pushed to its queue",
        "2 jobs pushed to the queue, 1 taken from attempts that had stopped, 1 given up",
    ]
    assert f"job {lost}: would be pushed to its queue" in would
    assert run("process-queue").stdout.startswith("0 jobs pushed to the queue, 0 taken")


def test_what_was_given_up_says_how_often_it_was_tried(stranded: list[int]):
    run("process-queue")

    job = read(stranded[2])
    assert job.error_kind == "crash"
    assert "number 2 of 2 that failed" in (job.error_message or "")


def test_pause_and_resume_of_everything():
    made = posted(2)
    paused = run("pause")
    broker.connection().flushall()
    assert run("process-queue").stdout.startswith("0 jobs")
    resumed = run("resume")

    assert (paused.exit_code, paused.stdout) == (0, "paused: every host\n")
    assert (resumed.exit_code, resumed.stdout) == (0, "resumed: every host; 2 jobs pushed to the queue\n")
    assert queue.waiting() == set(made)


def test_pause_and_resume_of_one_host():
    first, second = posted(2)
    told = run("pause", "--site", "https://Example0.ORG/any/page")
    broker.connection().flushall()
    run("process-queue")
    assert queue.waiting() == {second}
    resumed = run("resume", "--site", "example0.org")

    assert told.stdout == "paused: example0.org\n"
    assert resumed.stdout == "resumed: example0.org; 1 jobs pushed to the queue\n"
    assert queue.waiting() == {first, second}


def test_pauses_add_up_and_one_that_is_not_there_cannot_be_undone():
    run("pause", "--site", "b.example")
    told = run("pause")
    wrong = run("resume", "--site", "c.example")

    assert told.stdout == "paused: every host, b.example\n"
    assert wrong.exit_code == 1
    assert "c.example is not paused; paused now: every host, b.example" in wrong.output
    with db.transaction() as session:
        assert list(pauses.paused(session)) == ["*", "b.example"]


def test_to_undo_a_pause_of_everything_where_there_is_none_names_what_is_paused():
    run("pause", "--site", "b.example")
    wrong = run("resume")

    assert wrong.exit_code == 1
    assert "every host is not paused; paused now: b.example" in wrong.output
