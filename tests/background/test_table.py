"""A task's row: one of a kind and `once`, claimed by one, written by its owner alone, and forgotten in time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func

from ingestion import db
from ingestion.background import table
from ingestion.errors import LeaseLost, ParseError, Unreachable
from ingestion.models import Task
from ingestion.status import TaskStatus
from tests.background.deeds import DEED, ask, change, claim, known, read


@pytest.fixture(autouse=True)
def deeds(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    known(monkeypatch)


def test_of_one_kind_and_once_at_most_one_task_is_unfinished():
    first = ask("a", once="x")
    same, other, free = ask("b", once="x"), ask("a", once="y"), [ask("a"), ask("a")]

    assert same == first
    assert len({first, other, *free}) == 4


def test_what_has_ended_can_be_asked_for_again():
    first = ask("a", once="x")
    claim(first)
    with db.transaction() as session:
        table.finish(session, first, 1, {"did": "a"}, keep_seconds=60)

    assert ask("a", once="x") != first


def test_of_many_posts_at_once_one_makes_the_task():
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: ask("a", once="x"), range(16)))) == 1


def test_of_many_workers_one_claims_the_task():
    task_id = ask("a")

    def attempt(number: int) -> bool:
        with db.transaction() as session:
            return table.claim(session, task_id, worker=f"here:{number}", lease_seconds=60) is not None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1
    assert read(task_id).attempt == 1


def test_a_stale_attempt_can_write_nothing():
    task_id = ask("a")
    stale = claim(task_id)
    with db.transaction() as session:
        table.release(session, stale)
    claim(task_id)

    with db.transaction() as session:
        for write in (
            lambda: table.hold(session, task_id, 1),
            lambda: table.renew(session, task_id, 1, lease_seconds=60),
            lambda: table.finish(session, task_id, 1, {}, keep_seconds=60),
            lambda: table.fail(session, stale, Unreachable("away"), DEED.backoff, keep_seconds=60),
            lambda: table.release(session, stale),
        ):
            with pytest.raises(LeaseLost):
                write()
    assert (read(task_id).status, read(task_id).attempt) == (TaskStatus.RUNNING, 2)


def test_a_failure_that_may_pass_rests_until_its_attempts_are_spent():
    task_id, ends = ask("a"), []
    for _ in range(2):
        task = claim(task_id)
        with db.transaction() as session:
            ends.append(table.fail(session, task, Unreachable("away"), DEED.backoff, keep_seconds=60))

    assert ends == [TaskStatus.QUEUED, TaskStatus.ERROR]
    task = read(task_id)
    assert (task.error_kind, task.error_message) == ("unreachable", "away")
    assert task.ended_at is not None


def test_a_failure_that_will_not_pass_is_an_error_at_once():
    task = claim(ask("a"))
    with db.transaction() as session:
        assert table.fail(session, task, ParseError("odd"), DEED.backoff, keep_seconds=60) is TaskStatus.ERROR


def test_a_task_that_rests_is_not_claimed():
    task_id = ask("a")
    change(task_id, not_before=func.now() + timedelta(hours=1))

    with db.transaction() as session:
        assert table.claim(session, task_id, worker="here:1", lease_seconds=60) is None
        assert table.claimable(session, [DEED.name], but=(), limit=9) == []


def test_a_result_is_kept_for_its_time_and_then_forgotten():
    old, young, open_ = ask("a"), ask("b"), ask("c")
    for task_id, seconds in ((old, -1), (young, 60)):
        claim(task_id)
        with db.transaction() as session:
            table.finish(session, task_id, 1, {}, keep_seconds=seconds)
    with db.transaction() as session:
        assert table.prune(session) == 1

    with db.transaction() as session:
        assert session.get(Task, old) is None
        assert {task.id for task in table.page(session, limit=9)} == {young, open_}
