"""Which queue a waiting job is for: moved there by hand, and moved up when jobs that came later went first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rq import Queue
from sqlalchemy import func, update

from ingestion import broker, db, intake, joblist, jobs, queue, recovery
from ingestion.errors import NotFound
from ingestion.intake import NotPossible
from ingestion.models import Job
from ingestion.status import Priority
from tests.commandline import claim, fail, posted
from tests.conftest import configure
from tests.processes import read, story

pytestmark = pytest.mark.usefixtures("environment")


def rung(priority: Priority) -> list[int]:
    """The rows whose bells wait in the queue of this priority."""
    return [int(id.partition("-")[0]) for id in Queue(queue.NAMES[priority], connection=broker.connection()).job_ids]


def post(url: str, priority: Priority) -> int:
    return intake.submit(url, priority=priority).job.id


# By hand --------------------------------------------------------------------------------------------------------------


def test_a_move_takes_the_bell_from_one_queue_to_another_and_leaves_nothing_behind():
    moved, other = posted(2)
    intake.move(moved, priority=Priority.HIGH)

    assert (rung(Priority.HIGH), rung(Priority.DEFAULT)) == ([moved], [other])
    assert len(broker.connection().keys("rq:job:*")) == 2
    assert read(moved).priority is Priority.HIGH
    assert story(moved) == ["created", "moved by hand to priority high"]


def test_a_move_to_where_the_job_is_changes_nothing():
    (job_id,) = posted(1)
    intake.move(job_id, priority=Priority.DEFAULT)

    assert (rung(Priority.DEFAULT), story(job_id)) == ([job_id], ["created"])


def test_a_job_at_work_moves_for_its_next_attempt():
    (job_id,) = posted(1)
    claim(job_id)
    broker.connection().flushall()
    intake.move(job_id, priority=Priority.LOW)
    at_work = queue.waiting()
    with db.transaction() as session:
        jobs.release(session, job_id, 1, reason="stopped")
    recovery.recover()

    assert story(job_id)[2] == "moved by hand to priority low, from its next attempt on"
    assert (at_work, rung(Priority.LOW)) == (set(), [job_id])


def test_a_job_that_is_over_does_not_move():
    (job_id,) = posted(1)
    fail(job_id, NotFound("gone"))

    with pytest.raises(NotPossible, match="is ERROR; only an unfinished job can be moved"):
        intake.move(job_id, priority=Priority.HIGH)
    with pytest.raises(NotPossible, match="no job 999"):
        intake.move(999, priority=Priority.HIGH)


def test_a_move_while_redis_is_away_holds_for_the_next_bell(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
):
    (job_id,) = posted(1)
    configure(monkeypatch, REDIS_URL="redis://127.0.0.1:1/0")
    intake.move(job_id, priority=Priority.HIGH)
    configure(monkeypatch, REDIS_URL=environment["REDIS_URL"])
    broker.connection().flushall()
    recovery.recover()

    assert rung(Priority.HIGH) == [job_id]


def test_a_move_gives_the_turn_to_the_job_of_the_host_that_is_now_the_first(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, JOBS_PER_HOST="1")
    first, second = (post(f"https://example.org/{n}", Priority.DEFAULT) for n in range(2))
    intake.move(first, priority=Priority.LOW)

    assert (rung(Priority.DEFAULT), rung(Priority.LOW)) == ([second], [])


# Overtaken ------------------------------------------------------------------------------------------------------------


def test_a_host_with_a_flood_of_urgent_jobs_comes_to_the_others_too():
    first, second = (post(f"https://example.org/{n}", Priority.LOW) for n in range(2))
    done: list[int] = []
    for number in range(6):
        post(f"https://example.org/urgent-{number}", Priority.HIGH)
        with db.transaction() as session:
            (next_one,) = joblist.claimable(session, per_host=1)
        fail(next_one.id, NotFound("gone"))
        done.append(next_one.id)

    assert [done.index(first), done.index(second)] == [2, 5]
    assert story(first)[1:3] == [
        f"job {done[0]} of its host went first: moved up to priority default",
        f"job {done[1]} of its host went first: moved up to priority high",
    ]


def test_only_the_oldest_that_was_overtaken_moves_up():
    rests, older, later, elsewhere = (
        post(url, Priority.LOW)
        for url in ("https://a.example/0", "https://a.example/1", "https://a.example/2", "https://b.example/")
    )
    with db.transaction() as session:
        session.execute(update(Job).where(Job.id == rests).values(not_before=func.now() + timedelta(hours=1)))
    claim(post("https://a.example/urgent", Priority.DEFAULT))

    moved = [job_id for job_id in (rests, older, later, elsewhere) if read(job_id).priority is not Priority.LOW]
    assert moved == [older]


def test_who_comes_in_the_order_of_age_has_overtaken_nobody():
    older, later = (post(f"https://example.org/{n}", Priority.DEFAULT) for n in range(2))
    claim(post("https://example.org/low", Priority.LOW))
    claim(later)

    assert len(story(older)) == 1
