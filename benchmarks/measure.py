"""What a row of the table is, and how it comes from the figures of its rounds. Ours and theirs are measured in turn, in one run."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

#: Rounds of a row, and of one whose round takes half a minute or more.
ROUNDS, FEW_ROUNDS = 5, 3
QUICK_ROUNDS, QUICK_PART = 2, 10


def rounds(usual: int, *, quick: bool) -> range:
    """The rounds of a row."""
    return range(min(usual, QUICK_ROUNDS) if quick else usual)


def size(usual: int, *, quick: bool) -> int:
    """How many of something a row is measured with."""
    return usual // QUICK_PART if quick else usual


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One comparison: a figure of each round in `unit`, ours and `against` what; `value` is judged, and `says` what it is.

    It must be `must` and should be `aim`, where it is judged by them: at the least, or where `at_most`, at the most. `more` are further figures.
    """

    name: str
    unit: str
    ours: tuple[float, ...]
    against: tuple[float, ...]
    value: float
    says: str
    must: float | None
    aim: float | None
    at_most: bool
    more: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """The stricter of its limits that the value keeps to."""
        if self._keeps(self.aim):
            return "aim"
        if self.must is None:
            return "beyond aim" if self.aim is not None else ""
        return "must" if self._keeps(self.must) else "MISSED"

    def told(self) -> dict[str, Any]:
        """The row with its raw figures, as JSON says it."""
        return asdict(self) | {"verdict": self.verdict}

    def _keeps(self, limit: float | None) -> bool:
        return limit is not None and (self.value <= limit if self.at_most else self.value >= limit)


def by_time(name: str, *, ours: Sequence[float], against: Sequence[float], **limits: Any) -> Row:
    """How many times as fast ours does the same, both in seconds."""
    value = statistics.median(theirs / mine for mine, theirs in zip(ours, against, strict=True))
    return _row(name, unit="s", ours=ours, against=against, value=value, says="times as fast", **limits)


def by_rate(name: str, *, unit: str, ours: Sequence[float], against: Sequence[float], **limits: Any) -> Row:
    """What part of the other's rate is ours, both in `unit`."""
    return _row(name, unit=unit, ours=ours, against=against, value=_ratio(ours, against), says="of its rate", **limits)


def growth(name: str, *, unit: str, ours: Sequence[float], against: Sequence[float], **limits: Any) -> Row:
    """How many times as much ours is; at most so much."""
    value = _ratio(ours, against)
    return _row(name, unit=unit, ours=ours, against=against, value=value, says="times as much", at_most=True, **limits)


def limit(name: str, *, unit: str, ours: Sequence[float], says: str = "", **limits: Any) -> Row:
    """What ours takes; at most so much, whatever others take."""
    return _row(name, unit=unit, ours=ours, value=statistics.median(ours), says=says or unit, at_most=True, **limits)


def _ratio(ours: Sequence[float], against: Sequence[float]) -> float:
    return statistics.median(mine / theirs for mine, theirs in zip(ours, against, strict=True))


def _row(
    name: str,
    *,
    ours: Sequence[float],
    against: Sequence[float] = (),
    must: float | None = None,
    aim: float | None = None,
    at_most: bool = False,
    **told: Any,
) -> Row:
    return Row(name=name, ours=tuple(ours), against=tuple(against), must=must, aim=aim, at_most=at_most, **told)
