"""Quiet hours, over midnight, in another zone, and on the days on which clocks are changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ingestion.quiet import Quiet


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "moment", "until"),
    [
        ("23:00-07:00", "2026-06-17T22:59", "2026-06-17T22:59"),
        ("23:00-07:00", "2026-06-17T23:00", "2026-06-18T07:00"),
        ("23:00-07:00", "2026-06-18T06:59", "2026-06-18T07:00"),
        ("23:00-07:00", "2026-06-18T07:00", "2026-06-18T07:00"),
        ("01:30-02:30", "2026-06-18T02:00", "2026-06-18T02:30"),
        ("23:00-07:00 Europe/Berlin", "2026-06-17T21:30", "2026-06-18T05:00"),
        ("23:00-07:00 Europe/Berlin", "2026-10-24T22:00", "2026-10-25T06:00"),
        ("23:00-07:00 Europe/Berlin", "2026-03-28T23:00", "2026-03-29T05:00"),
        ("22:00-00:00 Asia/Tokyo", "2026-06-17T14:00", "2026-06-17T15:00"),
    ],
)
def test_what_falls_into_them_waits_until_their_end(hours: str, moment: str, until: str):
    assert Quiet.of(hours).after(at(moment), 0.0) == at(until)


def test_what_waited_is_spread_over_some_time_after_their_end():
    waited = [Quiet.of("23:00-07:00").after(at("2026-06-18T03:00"), place) for place in (0.0, 0.5, 0.99)]

    assert waited[0] < waited[1] < waited[2] <= at("2026-06-18T09:00")


def test_of_a_day_that_is_quiet_but_for_an_hour_that_hour_is_used():
    waited = Quiet.of("08:00-07:00").after(at("2026-06-18T03:00"), 0.99)

    assert at("2026-06-18T07:00") + timedelta(minutes=59) <= waited < at("2026-06-18T08:00")


@pytest.mark.parametrize(
    "text", ["", "23-7", "23:00", "25:00-07:00", "23:00-23:00", "23:00-07:00 Mars/Olympus", "23:00-07:00 ../../etc"]
)
def test_what_is_no_part_of_a_day_is_refused_with_an_example(text: str):
    with pytest.raises(ValueError, match="23:00-07:00 Europe/Berlin"):
        Quiet.of(text)
