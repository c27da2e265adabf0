"""What has happened since a moment: nothing missing and nothing twice, in whatever order transactions end."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from ingestion import db, feed, jobs
from ingestion.feed import Mark
from ingestion.models import JobEvent
from tests.commandline import posted

stored = pytest.mark.usefixtures("environment")


def look(last: Mark | None) -> tuple[list[int], Mark]:
    """The jobs of the events since then, and the mark behind them."""
    with db.transaction() as session:
        events, mark = feed.since(session, last)
        return [event.job_id for event in events], mark


def claim(session: Session, job_id: int) -> None:
    assert jobs.claim(session, job_id, worker="here:1", lease_seconds=60)


@stored
def test_an_event_that_is_committed_later_under_a_lower_id_is_not_missed():
    slow, quick = posted(2)
    _, before = look(None)
    with Session(db.engine()) as first, Session(db.engine()) as second:
        claim(first, slow)  # its event has the lower id …
        claim(second, quick)
        second.commit()
        told, between = look(before)
        first.commit()  # … and is seen after the other
        told_later, end = look(between)

    assert (told, told_later) == ([quick], [slow])
    assert look(end)[0] == []


@stored
def test_who_was_cut_off_between_two_events_goes_on_from_there():
    slow, first, second = posted(3)
    _, before = look(None)
    with Session(db.engine()) as late:
        claim(late, slow)
        for job_id in (first, second):
            with db.transaction() as session:
                claim(session, job_id)
        with db.transaction() as session:
            events, now = feed.since(session, before)
        cut_off = feed.mark(str(before.at(events[0].id, now)))
        late.commit()

    assert [event.job_id for event in events] == [first, second]
    assert look(cut_off)[0] == [slow, second]


@stored
def test_events_from_a_backup_of_a_server_that_was_further_are_no_news():
    (job_id,) = posted(1)
    _, before = look(None)
    with db.transaction() as session:
        session.execute(update(JobEvent).values(transaction_id=10**12))
    restored = look(before)[0]
    _, begun_anew = look(None)

    assert restored == [job_id]
    assert look(before)[0] == look(begun_anew)[0] == []


@stored
def test_a_mark_of_a_database_that_was_further_is_known():
    _, here = look(None)

    assert feed.mark("5:1000000000000:~5:1000000000000:~7").is_foreign(here)
    assert not here.is_foreign(here)


@pytest.mark.parametrize(
    "told",
    [
        "",
        "7",
        "5:9:~5:9:",
        "5:9:~5:9:~x",
        "9:5:~5:9:~1",
        "0:5:~5:9:~1",
        "5:9:9~5:9:~1",
        "5:9:7,6~5:9:~1",
        "5:9:~5:9:~١",
    ],
)
def test_what_postgresql_would_not_take_is_no_mark(told: str):
    with pytest.raises(ValueError, match="no id of this feed"):
        feed.mark(told)
