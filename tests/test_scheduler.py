"""The scheduler: one of several acts, an outage does not end it, a signal does at once."""

from __future__ import annotations

import contextlib
import os
import signal
import traceback
from collections.abc import Iterator
from datetime import timedelta

import psutil
import pytest
from rq import cron, utils
from sqlalchemy import String, bindparam, select, text

from ingestion import broker, db, schedule, scheduler
from ingestion.models import SchedulerRow
from ingestion.scheduler import Scheduler
from tests.conftest import configure, forget
from tests.followed import followed, jobs, let_time_pass
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("environment")


def made() -> Scheduler:
    return Scheduler(broker.connection())


def names(one: Scheduler) -> list[str]:
    """The chores that it does when it looks."""
    return [chore.name for chore in one.enqueue_jobs()]


def backdate(span: timedelta) -> None:
    """Let so much time pass for the chores."""
    with db.transaction() as session:
        row = session.get_one(SchedulerRow, schedule.ONLY)
        row.done = row.done | {"updates": (db.now(session) - span).isoformat()}


def acting() -> bool:
    with db.transaction() as session:
        found = schedule.standing(session)
    return found is not None and found.alive


@contextlib.contextmanager
def running(**settings: str) -> Iterator[psutil.Process]:
    """A scheduler in a process of its own."""
    if (pid := os.fork()) == 0:
        code = 1
        try:
            os.environ.update(settings)
            forget()
            made().start()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    process = psutil.Process(pid)
    try:
        yield process
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
            process.wait(10)


def test_of_two_that_look_at_the_same_time_one_makes_the_jobs():
    followed(5)
    let_time_pass()
    first, second = made(), made()

    assert (names(first), names(second)) == (["updates"], [])
    assert len(jobs()) == 5


def test_a_chore_is_done_again_when_its_time_has_come_and_not_before():
    one = made()

    assert (names(one), names(one)) == (["updates"], [])
    assert 0 < one.calculate_sleep_interval() <= scheduler.BEAT_SECONDS
    backdate(timedelta(minutes=1))
    assert names(one) == ["updates"]


def test_one_that_begins_anew_goes_by_what_was_done_before_it():
    first, second = made(), made()
    names(first)
    first._leave()

    assert names(second) == []
    backdate(timedelta(minutes=1))
    assert names(second) == ["updates"]


def test_a_clock_that_was_wrong_stops_no_chore():
    first, second = made(), made()
    names(first)
    backdate(-timedelta(days=1000))
    first._leave()

    assert names(second) == ["updates"]


def test_a_clock_that_jumps_a_day_ahead_and_back_holds_no_chore_up(monkeypatch: pytest.MonkeyPatch):
    one = made()
    jump = utils.now() + timedelta(days=1)
    for module in (cron, scheduler):
        monkeypatch.setattr(module, "now", lambda: jump)
    ahead = names(one)
    monkeypatch.undo()
    backdate(timedelta(minutes=1))

    assert "updates" in ahead
    assert names(one) == ["updates"]
    assert one.calculate_sleep_interval() > 0


def test_one_that_stands_by_looks_again_after_a_beat():
    first, second = made(), made()
    names(first)
    names(second)

    assert second.calculate_sleep_interval() == scheduler.BEAT_SECONDS


def test_while_postgresql_is_away_it_waits(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch):
    one = made()
    configure(monkeypatch, DATABASE_URL="postgresql://127.0.0.1:9/quire")
    away = names(one), one.calculate_sleep_interval()
    configure(monkeypatch, **environment)

    assert away == ([], scheduler.BEAT_SECONDS)
    assert names(one) == ["updates"]


def test_a_fault_in_a_chore_is_not_taken_for_an_outage():
    with db.transaction() as session:
        session.execute(text("ALTER TABLE follow RENAME TO elsewhere"))
    try:
        with pytest.raises(Exception, match="follow"):
            names(made())
    finally:
        with db.transaction() as session:
            session.execute(text("ALTER TABLE elsewhere RENAME TO follow"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_and_another_may_act(number: signal.Signals):
    with running() as process:
        until(acting, "it did not begin")
        process.send_signal(number)

        assert process.wait(5) == 0
    assert not acting()


def killed_in_the_middle_of_a_statement() -> None:
    """A chore whose process is sent a signal while SQLAlchemy asks for the statement's values."""
    value = bindparam("value", callable_=lambda: os.kill(os.getpid(), signal.SIGTERM), type_=String)
    with db.transaction() as session:
        session.execute(select(value))


def test_a_signal_in_the_middle_of_a_statement_ends_it_as_well(monkeypatch: pytest.MonkeyPatch):
    chore = {"name": "killed", "func": killed_in_the_middle_of_a_statement, "queue_name": "ingestion", "interval": 30}
    monkeypatch.setattr(scheduler, "CHORES", (*scheduler.CHORES, chore))
    with running() as process:
        assert process.wait(10) == 0
    assert not acting()


def test_while_redis_is_away_it_waits_and_a_signal_ends_it_all_the_same():
    with running(REDIS_URL="redis://127.0.0.1:9/0") as process:
        with pytest.raises(psutil.TimeoutExpired):
            process.wait(1)
        process.terminate()

        assert process.wait(5) == 0
