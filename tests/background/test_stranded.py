"""Tasks come back, whoever loses what, and whichever step a process dies at."""

from __future__ import annotations

import json
import os
from datetime import timedelta

import pytest
from sqlalchemy import func

from ingestion import broker, db, queue
from ingestion.background import stranded
from ingestion.background.perform import perform
from ingestion.crashpoints import Point
from ingestion.recovery import Recovered
from ingestion.status import TaskStatus
from tests.background.deeds import ask, change, claim, known, read
from tests.commandline import run
from tests.conftest import configure


@pytest.fixture(autouse=True)
def deeds(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    known(monkeypatch)


def test_a_task_is_rung_for_when_it_is_made():
    task_id = ask("sing")

    assert queue.waiting_tasks() == {task_id}
    assert queue.waiting() == set()
    assert stranded.recover() == Recovered()


def test_an_emptied_redis_loses_no_task():
    made = ask("sing"), ask("sing")
    broker.connection().flushall()

    assert stranded.recover().requeued == made
    assert queue.waiting_tasks() == set(made)


def test_a_task_asked_for_while_redis_was_away_is_rung_for_when_it_is_back(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
):
    configure(monkeypatch, REDIS_URL="redis://127.0.0.1:1/0")
    task_id = ask("sing")
    configure(monkeypatch, REDIS_URL=environment["REDIS_URL"])

    assert stranded.recover().requeued == (task_id,)


def test_process_queue_tells_of_tasks_what_it_does_and_before_what_it_would_do():
    silent, lost, spent, rests, at_work = (ask("sing") for _ in range(5))
    broker.connection().flushall()
    for task_id, seconds in ((lost, -1), (spent, -1), (at_work, 60)):
        claim(task_id, lease_seconds=seconds)
    change(spent, attempt=2)
    change(rests, not_before=func.now() + timedelta(hours=1))
    said = json.loads(run("process-queue", "--dry-run", "--json").stdout)["tasks"]
    done = run("process-queue").stdout

    assert said == {"requeued": [silent, lost], "expired": [lost], "dead": [spent]}
    assert f"task {lost}: taken from an attempt that stopped without a word" in done
    assert f"task {spent}: given up, its attempts are spent; see `tasks --status error`" in done
    assert "2 tasks pushed to the queue, 1 taken from attempts that had stopped, 1 given up" in done
    assert read(spent).error_kind == "crash"


def test_of_two_who_look_one_acts():
    ask("sing")
    broker.connection().flushall()
    with db.transaction() as session:
        assert stranded._acting_alone(session)
        assert stranded.recover() == Recovered()

    assert len(stranded.recover().requeued) == 1


@pytest.mark.parametrize("point", [point for point in Point if point.startswith("task-")])
def test_a_process_that_dies_here_loses_no_task(
    point: Point, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    configure(monkeypatch, CRASH_AT=point)
    if (child := os.fork()) == 0:
        perform(ask("sing", once="x"))
        os._exit(0)
    os.waitpid(child, 0)
    configure(monkeypatch, CRASH_AT="")
    task_id = ask("sing", once="x") if point is not Point.TASK_ENDED else 1
    change(task_id, lease_expires_at=func.now() - timedelta(seconds=1))
    stranded.recover()
    perform(task_id)

    assert f"killed at {point}" in capfd.readouterr().err
    assert (read(task_id).status, read(task_id).result) == (TaskStatus.DONE, {"did": "sing"})
