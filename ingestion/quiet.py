"""Quiet hours: a part of each day, in the zone that the operator names. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

EXPECTED = "expected HH:MM-HH:MM, perhaps with a time zone behind it: 23:00-07:00 Europe/Berlin"
#: What fell due in the quiet hours is done within this time after their end, or within the rest of the day if that is shorter.
SPREAD = timedelta(hours=2)
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Quiet:
    """From `begin` until `end`, over midnight if that comes first."""

    begin: time
    end: time
    zone: ZoneInfo

    @classmethod
    def of(cls, text: str) -> Quiet:
        """What `HH:MM-HH:MM [ZONE]` means; without a zone it is UTC. Raises ValueError."""
        found = re.fullmatch(r"(\d\d:\d\d)-(\d\d:\d\d)(?: +(\S+))?", text.strip())
        if found is None:
            raise ValueError(EXPECTED)
        try:
            begin, end = time.fromisoformat(found[1]), time.fromisoformat(found[2])
            zone = ZoneInfo(found[3] or "UTC")
        except (ValueError, OSError, KeyError) as reason:
            raise ValueError(f"{reason}; {EXPECTED}") from None
        if begin == end:
            raise ValueError(f"they begin when they end; {EXPECTED}")
        return cls(begin=begin, end=end, zone=zone)

    def after(self, moment: datetime, place: float) -> datetime:
        """The moment itself or, in the quiet hours, one after their end; `place` (0 to 1) says how long after it."""
        local = moment.astimezone(self.zone)
        since = (_minutes(local.time()) - _minutes(self.begin)) % DAY
        length = (_minutes(self.end) - _minutes(self.begin)) % DAY
        if since >= length:
            return moment
        day = local.date() if local.time() < self.end else local.date() + DAY
        end = datetime.combine(day, self.end, tzinfo=self.zone).astimezone(UTC)
        return end + place * min(SPREAD, DAY - length)


def _minutes(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond)
