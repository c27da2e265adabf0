"""When a followed novel is looked at next: as often as its reader said, or by the novel's own history of releases. Pure.

The median gap between the newest releases is the novel's rhythm. It is looked at four times in such a gap, and soon after the time
at which the next release would come by it, same hour and (where it is weekly) same weekday. After a silence of some gaps the looks are
a tenth of the silence apart. A novel that its author has finished or given up is looked at monthly, one that rests weekly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from ingestion.items import Publication
from ingestion.quiet import Quiet

UNITS = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
HOUR, DAY = UNITS["h"], UNITS["d"]
#: What a reader may ask for, from a quarter of an hour to a year.
EVERY = r"^((1[5-9]|[2-9][0-9]|[1-9][0-9]{2})m|[1-9][0-9]{0,2}h|[1-9][0-9]?d|([1-9]|[1-4][0-9]|5[0-2])w)$"
LEAST, MOST = timedelta(minutes=15), timedelta(weeks=52)
#: What a history may lead to, and what is done while there is none.
SHORTEST, LONGEST, UNKNOWN = HOUR, timedelta(days=14), DAY
#: The longest that failures lead to, where the rhythm itself is no longer.
LONGEST_REST = timedelta(days=30)
RARELY = {
    Publication.COMPLETED: timedelta(days=30),
    Publication.DROPPED: timedelta(days=30),
    Publication.STUB: timedelta(days=30),
    Publication.HIATUS: timedelta(days=7),
}
#: Of a whole turn, the angle between two neighbours that leaves no gap however many there are.
GOLDEN = 0.6180339887498949


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """What is known of a novel: the times of its newest releases (newest first), what its reader wants, how many looks failed in a row."""

    releases: Sequence[datetime] = ()
    status: Publication | None = None
    every: timedelta | None = None
    failures: int = 0


def every(text: str) -> timedelta:
    """What `30m`, `6h`, `1d` or `2w` means. Raises ValueError for what EVERY does not match."""
    if not re.fullmatch(EVERY, text):
        told = "expected 15m to 999m, 1h to 999h, 1d to 99d or 1w to 52w"
        raise ValueError(f"{told}, not {text!r}: sites are not asked more often without need")
    return int(text[:-1]) * UNITS[text[-1]]


def told(span: timedelta) -> str:
    """The span as `every` reads it, in the largest unit that it is a multiple of."""
    unit = next(name for name, length in UNITS.items() if not span % length)
    return f"{span // UNITS[unit]}{unit}"


def place(novel_id: int) -> float:
    """A novel's place (0 to 1) in whatever is spread over time: always the same, and far from those of its neighbours."""
    return novel_id * GOLDEN % 1


def first_look(history: History, *, now: datetime, place: float, quiet: Quiet | None) -> datetime:
    """When a novel is looked at for the first time, within a day: many may be followed at once."""
    return _outside(now + place * min(interval(history, now), DAY), place, quiet)


def next_look(history: History, *, now: datetime, place: float, quiet: Quiet | None) -> datetime:
    """When a novel that was looked at just now is looked at again."""
    step = interval(history, now)
    at = now + step
    if history.every is None:
        at += place * step / 8
        hoped = _next_release(history)
        if hoped is not None and now < hoped < at:
            at = max(hoped + place * step / 4, now + SHORTEST)
    return _outside(at, place, quiet)


def interval(history: History, now: datetime) -> timedelta:
    """The time between two looks."""
    rare = RARELY.get(history.status) if history.status else None
    step = history.every or rare or _learned(history.releases, now)
    return min(step * (1 << min(history.failures, 12)), max(step, LONGEST_REST))


def _learned(releases: Sequence[datetime], now: datetime) -> timedelta:
    gap = _gap(releases)
    silence = now - releases[0] if releases else timedelta()
    return min(max(gap / 4 if gap else UNKNOWN, silence / 10, SHORTEST), LONGEST)


def _next_release(history: History) -> datetime | None:
    """When the next one comes if the author keeps to the rhythm; None where that cannot be told."""
    gap = _gap(history.releases)
    if gap is None or history.failures or history.status in RARELY:
        return None
    return history.releases[0] + (round(gap / DAY) * DAY if gap > 0.8 * DAY else gap)


def _gap(releases: Sequence[datetime]) -> timedelta | None:
    """The median gap, chapters that came together being one release; None for fewer than two gaps."""
    gaps = [(later - earlier).total_seconds() for later, earlier in pairwise(releases) if later - earlier >= HOUR]
    return timedelta(seconds=median(gaps)) if len(gaps) > 1 else None


def _outside(moment: datetime, place: float, quiet: Quiet | None) -> datetime:
    return quiet.after(moment, place) if quiet else moment
