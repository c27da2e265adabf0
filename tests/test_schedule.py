"""Who acts as the scheduler, as the lease on a row says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from ingestion import db, schedule
from ingestion.models import SchedulerRow

pytestmark = pytest.mark.usefixtures("environment")


def hold(holder: str) -> dict[str, timedelta] | None:
    with db.transaction() as session:
        return schedule.hold(session, holder)


def note(holder: str, chore: str) -> bool:
    with db.transaction() as session:
        return schedule.note(session, holder, chore)


def standing() -> schedule.Standing | None:
    with db.transaction() as session:
        return schedule.standing(session)


def fall_silent() -> None:
    with db.transaction() as session:
        session.execute(update(SchedulerRow).values(beat_at=SchedulerRow.beat_at - schedule.LEASE))


def test_at_first_nobody_acts():
    assert standing() is None


def test_of_two_one_acts():
    assert (hold("a"), hold("b"), hold("a")) == ({}, None, {})
    found = standing()
    assert found is not None
    assert (found.holder, found.alive) == ("a", True)
    assert found.since < found.beat_at


def test_one_that_falls_silent_is_followed_by_another_which_knows_what_was_done():
    hold("a")
    note("a", "updates")
    note("a", "other")
    fall_silent()
    silent = standing()

    known = hold("b")
    assert known is not None
    assert timedelta() < known["other"] < known["updates"] < timedelta(minutes=1)
    assert silent is not None
    assert not silent.alive
    assert standing() != silent


def test_one_that_was_taken_for_dead_does_nothing_more():
    hold("a")
    fall_silent()
    hold("b")

    assert (hold("a"), note("a", "updates"), note("b", "updates")) == (None, False, True)


def test_one_that_leaves_makes_way_at_once():
    hold("a")
    with db.transaction() as session:
        schedule.leave(session, "b")
        schedule.leave(session, "a")

    assert standing() is None
    assert hold("b") == {}
