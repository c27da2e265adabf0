"""Times and spans as people say them, reckoned by the database's clock."""

from __future__ import annotations

from datetime import UTC, datetime

from markupsafe import Markup

MINUTE, HOUR, DAY = 60, 3600, 86_400
#: So many days back a time is told as an age; before, by its date.
AGES_DAYS = 31


def ago(at: datetime, now: datetime) -> Markup:
    """The time, as an element that says how long ago it was, or in how long it will be."""
    words = _words(at, (now - at).total_seconds())
    shown = Markup('<time datetime="{}" title="{}">{}</time>')
    return shown.format(at.astimezone(UTC).isoformat(timespec="seconds"), moment(at), words)


def day(at: datetime) -> Markup:
    """The time's day, as an element."""
    return Markup('<time datetime="{}">{}</time>').format(at.astimezone(UTC).isoformat(timespec="seconds"), _date(at))


def moment(at: datetime) -> str:
    """The time itself."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def lasting(seconds: float) -> str:
    """How long that is, to two units."""
    if seconds < 10:
        return f"{round(seconds, 1):g} s"
    whole = round(seconds)
    units = [(whole // DAY, "d"), (whole // HOUR % 24, "h"), (whole // MINUTE % 60, "min"), (whole % 60, "s")]
    first = next((place for place, (count, _) in enumerate(units) if count), len(units) - 1)
    return " ".join(f"{count} {unit}" for count, unit in units[first : first + 2] if count)


def _words(at: datetime, age: float) -> str:
    if age > AGES_DAYS * DAY:
        return f"on {_date(at)}"
    if abs(age) < MINUTE:
        return "just now" if age > -5 else f"in {-age:.0f} seconds"
    size, unit = next(pair for pair in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")) if abs(age) >= pair[0])
    count = int(abs(age) // size)
    told = f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{told} ago" if age > 0 else f"in {told}"


def _date(at: datetime) -> str:
    return f"{at.astimezone(UTC):%-d %B %Y}"
