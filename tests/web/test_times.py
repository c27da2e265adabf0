"""Ages and spans as people say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ingestion.web import times

NOW = datetime(2026, 5, 3, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (7199, "1 hour ago"),
        (3 * 86_400, "3 days ago"),
        (40 * 86_400, "on 24 March 2026"),
        (-20, "in 20 seconds"),
        (-150, "in 2 minutes"),
    ],
)
def test_a_time_is_told_by_its_age(seconds: int, words: str):
    told = times.ago(NOW - timedelta(seconds=seconds), NOW)

    assert told.endswith(f">{words}</time>")


def test_a_time_says_exactly_when_too():
    told = times.ago(NOW, NOW)

    assert told == '<time datetime="2026-05-03T09:30:00+00:00" title="2026-05-03 09:30:00 UTC">just now</time>'


def test_a_day_is_told_by_its_date_everywhere_the_same():
    late = datetime(2026, 5, 3, 23, 30, tzinfo=timezone(timedelta(hours=-4)))

    assert times.day(late) == '<time datetime="2026-05-04T03:30:00+00:00">4 May 2026</time>'


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (0.44, "0.4 s"), (59.6, "1 min"), (61, "1 min 1 s"), (7200, "2 h"), (90_061, "1 d 1 h")],
)
def test_a_span_is_told_to_two_units(seconds: float, words: str):
    assert times.lasting(seconds) == words
