"""In which direction a list of chapters runs: from the first to the newest, or from the newest to the first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from lxml.html import HtmlElement

from spiders.links import Link


def runs_backwards(group: Sequence[Link]) -> bool:
    """Whether the list has its newest chapter first, by the numbers of its chapters; else by their dates; else by their addresses."""
    if len(numbers := [link.number for link in group if link.number is not None]) > 1:
        return _falling(numbers) > 0.5
    if len(dates := [date for link in group if (date := _date(link.element))]) > 1:
        return _falling(dates) > 0.5
    # An id in an address tells when a chapter was made, and its author may have made it at any time: only one clear order counts.
    return _falling([number for link in group if (number := link.number_in_address) is not None]) > 0.9


def _falling(values: Sequence[float] | Sequence[str]) -> float:
    """How many of the steps between unequal neighbours go down, 0 to 1."""
    down = sum(a > b for a, b in pairwise(values))  # type: ignore[operator]
    up = sum(a < b for a, b in pairwise(values))  # type: ignore[operator]
    return down / (down + up) if down + up else 0.0


def _date(element: HtmlElement) -> str | None:
    """The date in the row or entry of a link, as ISO 8601 writes it."""
    for above in element.iterancestors("li", "tr", "article", "dd", "div"):
        for time in above.iter("time"):
            return str(time.get("datetime", ""))
        return None
    return None


def leaps(links: Sequence[Link]) -> int:
    """How many of the steps from a link's number to the next are longer than one chapter."""
    numbers = [link.number for link in links if link.number is not None]
    return sum(abs(a - b) > 1 for a, b in pairwise(numbers))
