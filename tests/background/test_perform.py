"""Every way in which an attempt at a task can end."""

from __future__ import annotations

import signal
from dataclasses import replace

import pytest
from rq.timeouts import JobTimeoutException, UnixSignalDeathPenalty

from ingestion import db
from ingestion.background import perform as performing
from ingestion.background import table
from ingestion.background.kinds import REPARSE
from ingestion.background.perform import perform
from ingestion.background.ringing import submit
from ingestion.models import Task
from ingestion.status import TaskStatus
from tests.background.deeds import DEED, ask, change, known, read
from tests.conftest import configure
from tests.library import Work
from tests.processes import child_of, working
from tests.waiting import until


@pytest.fixture(autouse=True)
def deeds(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    known(monkeypatch)


def told(task_id: int) -> tuple[str, int, str | None]:
    task = read(task_id)
    return task.status.value, task.attempt, task.error_kind


def test_what_was_done_is_its_result():
    task_id = ask("sing")

    assert perform(task_id) == "done"
    assert (told(task_id), read(task_id).result) == (("done", 1, None), {"did": "sing"})
    assert perform(task_id) == "not claimed"


def test_a_reason_that_may_pass_is_tried_again_and_then_told():
    task_id = ask("fail")

    assert [perform(task_id), told(task_id)] == ["unreachable", ("queued", 1, "unreachable")]
    assert [perform(task_id), told(task_id)] == ["unreachable", ("error", 2, "unreachable")]
    assert read(task_id).error_message == "nobody answers"


def test_a_reason_that_will_not_pass_is_told_at_once():
    task_id = ask("refuse")
    perform(task_id)

    assert told(task_id) == ("error", 1, "parse")


def test_a_fault_of_ours_is_told_without_its_traceback_and_raised():
    task_id = ask("err")
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            perform(task_id)

    assert told(task_id) == ("error", 2, "crash")
    assert "(ZeroDivisionError: division by zero)" in (read(task_id).error_message or "")


def test_rq_s_alarm_ends_what_takes_too_long_and_may_be_tried_again():
    task_id = ask("sleep")
    with UnixSignalDeathPenalty(1, JobTimeoutException):
        assert perform(task_id) == "timeout"

    assert (read(task_id).error_kind, read(task_id).status) == ("timeout", TaskStatus.QUEUED)


def test_who_no_longer_owns_the_task_writes_nothing(monkeypatch: pytest.MonkeyPatch):
    task_id = ask("sing")
    claimed = performing._claim

    def overtaken(*args: object) -> Task | None:
        task = claimed(*args)  # type: ignore[arg-type]
        change(task_id, attempt=2)
        return task

    monkeypatch.setattr(performing, "_claim", overtaken)

    assert perform(task_id) == "lease lost"
    assert (read(task_id).status, read(task_id).result) == (TaskStatus.RUNNING, None)


def test_a_kind_that_this_worker_does_not_know_is_left_to_one_that_does():
    with db.transaction() as session:
        task_id = table.submit(session, "later", {})[0].id

    assert perform(task_id) == "not claimed"
    assert told(task_id) == ("queued", 0, None)


def test_what_comes_to_no_safe_point_keeps_its_lease_for_its_timeout(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, LEASE_SECONDS="1")

    assert performing._lease_seconds(DEED) == 1
    assert performing._lease_seconds(replace(DEED, steps=False)) > DEED.timeout_seconds


def test_a_worker_serves_both_background_queues(work: Work):
    made = [ask("sing"), submit(REPARSE, {"novel_id": 99})[0].id]
    work()

    assert [told(task_id) for task_id in made] == [("done", 1, None), ("error", 1, "not_found")]


def test_a_worker_told_to_stop_puts_its_task_back_unspent(busy: int):
    with working() as worker:
        until(lambda: read(busy).status is TaskStatus.RUNNING, "nobody began")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0

    task = read(busy)
    assert (task.status, task.attempt, task.released) == (TaskStatus.QUEUED, 1, 1)


def test_a_task_that_kills_its_process_goes_on_at_once_and_is_given_up_in_the_end():
    task_id = ask("die")
    with working(LEASE_SECONDS="600", RECOVERY_SECONDS="600"):
        until(lambda: read(task_id).status is TaskStatus.ERROR, "it was not given up")

    assert told(task_id) == ("error", 2, "crash")
    assert "stopped without a word, and is number 2 of 2" in (read(task_id).error_message or "")


def test_a_child_that_no_longer_owns_its_task_is_ended(monkeypatch: pytest.MonkeyPatch):
    task_id = ask("sleep")
    with working() as worker:
        child = child_of(worker)
        until(lambda: read(task_id).status is TaskStatus.RUNNING, "nobody began")
        change(task_id, attempt=2, worker="elsewhere:1")
        until(lambda: not child.is_running(), "it was left alone")


@pytest.fixture
def busy() -> int:
    return ask("toil")
