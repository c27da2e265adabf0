"""Whether a site is read as well as it usually is: its last few readings against those before them.

A symptom (a fact that is empty, pages without a text, texts that shrank, a later way to find the list) counts when the last
readings show it far more often than chance would have it, from how often it was seen before. So what a site never had is no
symptom, and few readings give no verdict. A site is a host as one spider reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from math import comb

import structlog
from sqlalchemy.orm import Session

from ingestion import readings
from ingestion.models import SiteReading

log = structlog.get_logger(__name__)

RECENT = 5
#: How many readings count as the last few: what seldom happens is proven by five, what happens every other time by more.
WINDOWS = (RECENT, 12)
#: Fewer readings than these prove nothing, neither what is usual nor that a site cannot be read.
FEW = 3
#: Simulated, this gives two false alarms in a thousand jobs. A fact that nearly every novel has is missed after four or five
#: jobs without it, one that every third lacks after ten.
CHANCE = 0.0003

Symptom = Callable[[SiteReading], bool]


class State(StrEnum):
    """How a site is read, the better before the worse."""

    NO_DATA = "no data"
    OK = "ok"
    DEGRADED = "degraded"
    FAILING = "failing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """A site's state, and why it is not OK. `share` (0 to 1) of the pages that came lately gave a text; None where none came."""

    state: State
    reasons: tuple[str, ...] = ()
    share: float | None = None

    def is_worse_than(self, other: Verdict) -> bool:
        """Whether a person should hear of it."""
        order = list(State)
        return self.state not in (State.NO_DATA, State.OK) and order.index(self.state) > order.index(other.state)


def note(session: Session, reading: SiteReading) -> None:
    """Keep a job's reading, and tell in the log when by it the site is worse than it was."""
    before = readings.before(session, reading)
    readings.keep(session, reading)
    verdict = judge([reading, *before])
    if verdict.is_worse_than(judge(before)):
        where = {"site": reading.site, "host": reading.host}
        log.warning("a site is not read as usual", **where, state=verdict.state.value, reasons=list(verdict.reasons))


def judge(found: Sequence[SiteReading]) -> Verdict:
    """The verdict on a site by its readings, newest first."""
    read = [reading for reading in found if reading.error_kind is None]
    recent, before = read[:RECENT], read[RECENT:]
    asked = sum(reading.asked for reading in recent)
    share = sum(reading.parsed for reading in recent) / asked if asked else None
    if len(found) >= FEW and all(reading.error_kind for reading in found[:FEW]):
        kinds = ", ".join(dict.fromkeys(reading.error_kind or "" for reading in found[:FEW]))
        return Verdict(
            state=State.FAILING, reasons=(f"none of the last {FEW} jobs could read it ({kinds})",), share=share
        )
    reasons = [*_unusual(found, "not readable at all", lambda reading: reading.error_kind is not None)]
    for name, symptom in _symptoms(recent):
        reasons += _unusual(read, name, symptom)
    if reasons:
        return Verdict(state=State.DEGRADED, reasons=tuple(reasons), share=share)
    return Verdict(state=State.OK if len(before) >= FEW else State.NO_DATA, share=share)


def _symptoms(recent: Sequence[SiteReading]) -> Iterator[tuple[str, Symptom]]:
    """What may be wrong by the last few readings: in words, and how to tell it by a reading."""
    for field in sorted({field for reading in recent for field in reading.empty}):
        yield f"no {field}", partial(_lacks, field)
    for rank, strategy in sorted({reading.rank: reading.strategy for reading in recent if reading.rank}.items()):
        yield f"chapters found only by {strategy}", partial(_needs, rank)
    yield "pages of chapters without a text", lambda reading: reading.parsed < reading.asked
    yield "texts that lost more than half", lambda reading: reading.shortened > 0


def _lacks(field: str, reading: SiteReading) -> bool:
    return field in reading.empty


def _needs(rank: int, reading: SiteReading) -> bool:
    return reading.rank >= rank


def _unusual(found: Sequence[SiteReading], name: str, symptom: Symptom) -> Iterator[str]:
    """The symptom in words, where the last few readings show it far more often than those before."""
    shown = [symptom(reading) for reading in found]
    for window in WINDOWS:
        recent, before = shown[:window], shown[window:]
        usual = (sum(before) + 1) / (len(before) + 2)  # Laplace's rule of succession
        if len(before) >= FEW and _chance(sum(recent), window, usual) < CHANCE:
            yield f"{name} in {sum(recent)} of the last {window} jobs, and in {sum(before)} of {len(before)} before"
            return


def _chance(times: int, tries: int, each: float) -> float:
    """How likely something that happens with the chance `each` happens `times` or more often in so many tries."""
    return sum(comb(tries, k) * each**k * (1 - each) ** (tries - k) for k in range(times, tries + 1))
