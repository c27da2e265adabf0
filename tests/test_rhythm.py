"""How often a novel is looked at: by its history, by its reader's wish, and never in the quiet hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion import rhythm
from ingestion.items import Publication
from ingestion.quiet import Quiet
from ingestion.rhythm import History

NOW = datetime(2026, 6, 17, 12, tzinfo=UTC)  # a Wednesday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def regular(gap: timedelta, *, silent: timedelta = timedelta(), count: int = 10) -> History:
    """A novel with a release each `gap`, the last one so long ago."""
    return History(releases=[NOW - silent - n * gap for n in range(count)])


def looks(history: History, until: timedelta) -> list[datetime]:
    """The next looks, as long as there is nothing new."""
    found = [NOW]
    while found[-1] < NOW + until:
        found.append(rhythm.next_look(history, now=found[-1], place=0.5, quiet=None))
    return found[1:]


@pytest.mark.parametrize(
    ("text", "span"), [("30m", HOUR / 2), ("6h", 6 * HOUR), ("1d", DAY), ("52w", rhythm.MOST), ("15m", rhythm.LEAST)]
)
def test_a_span_is_a_number_with_its_unit(text: str, span: timedelta):
    assert rhythm.every(text) == span
    assert rhythm.every(rhythm.told(span)) == span


@pytest.mark.parametrize("text", ["", "6", "h", "-1h", "1.5h", "6 hours", "0h", "14m", "53w", "9999h", "٦h", "6h\n"])
def test_what_is_no_span_or_too_short_a_one_is_refused(text: str):
    with pytest.raises(ValueError, match="expected 15m to 999m"):
        rhythm.every(text)


def test_a_novel_is_looked_at_some_four_times_in_its_usual_gap():
    assert rhythm.interval(regular(DAY), NOW) == 6 * HOUR
    assert rhythm.interval(regular(8 * DAY), NOW) == 2 * DAY
    assert 4 <= len(looks(regular(7 * DAY), until=7 * DAY)) <= 6


def test_it_is_looked_at_soon_after_the_hour_and_weekday_at_which_it_usually_comes():
    hoped = NOW + 7 * DAY
    after = [at - hoped for at in looks(regular(7 * DAY + HOUR / 3), until=8 * DAY) if at >= hoped]

    assert after[0] <= 7 * HOUR


def test_chapters_that_came_together_are_one_release():
    together = [release - n * timedelta(minutes=5) for release in regular(4 * DAY).releases for n in range(5)]

    assert DAY - HOUR / 4 < rhythm.interval(History(releases=together), NOW) <= DAY


def test_one_odd_gap_changes_nothing():
    odd = [*regular(DAY).releases, NOW - 400 * DAY]

    assert rhythm.interval(History(releases=odd), NOW) == 6 * HOUR


def test_after_a_silence_of_some_gaps_the_looks_grow_rare():
    silences = [0, 1, 4, 20, 60, 400]
    steps = [rhythm.interval(regular(DAY, silent=days * DAY), NOW) for days in silences]

    assert steps == sorted(steps)
    assert steps[:2] == [6 * HOUR, 6 * HOUR]
    assert steps[3:] == [2 * DAY, 6 * DAY, 14 * DAY]


def test_without_a_history_it_is_looked_at_daily():
    assert rhythm.interval(History(), NOW) == DAY
    assert rhythm.interval(History(releases=[NOW - HOUR]), NOW) == DAY


@pytest.mark.parametrize(
    ("status", "days"),
    [(Publication.COMPLETED, 30), (Publication.DROPPED, 30), (Publication.STUB, 30), (Publication.HIATUS, 7)],
)
def test_a_novel_that_will_not_go_on_soon_is_looked_at_rarely(status: Publication, days: int):
    daily = regular(DAY)

    assert rhythm.interval(History(releases=daily.releases, status=status), NOW) == days * DAY
    assert rhythm.interval(History(releases=daily.releases, status=status, every=HOUR), NOW) == HOUR


def test_failures_double_the_time_up_to_a_month():
    steps = [rhythm.interval(History(every=6 * HOUR, failures=n), NOW) for n in (0, 1, 2, 50)]

    assert steps == [6 * HOUR, 12 * HOUR, DAY, 30 * DAY]
    assert rhythm.interval(History(every=90 * DAY, failures=3), NOW) == 90 * DAY


def test_a_thousand_novels_followed_at_once_come_evenly_over_the_time():
    weekly = regular(7 * DAY)
    first = [rhythm.first_look(weekly, now=NOW, place=rhythm.place(n), quiet=None) for n in range(1000)]
    per_hour = [sum(NOW + h * HOUR <= at < NOW + (h + 1) * HOUR for at in first) for h in range(24)]

    assert sum(per_hour) == 1000
    assert max(per_hour) <= 45


times = st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC))
histories = st.builds(
    History,
    releases=st.lists(times, max_size=60).map(lambda found: sorted((t for t in found if t <= NOW), reverse=True)),
    status=st.sampled_from([None, *Publication]),
    every=st.none() | st.timedeltas(rhythm.LEAST, rhythm.MOST),
    failures=st.integers(0, 10_000),
)


@given(histories, st.integers(1, 2**63), st.sampled_from([None, "23:00-07:00", "00:00-23:59 Asia/Tokyo"]))
def test_whatever_the_history_the_next_look_is_neither_at_once_nor_never(history: History, id: int, hours: str | None):
    quiet = Quiet.of(hours) if hours else None
    at = rhythm.next_look(history, now=NOW, place=rhythm.place(id), quiet=quiet)

    assert NOW + rhythm.LEAST <= at <= NOW + rhythm.MOST + 2 * DAY
    assert quiet is None or quiet.after(at, 0.5) == at
