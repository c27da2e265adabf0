"""A job's way as a page shows it: the five steps and which of them it is at, and what each attempt did. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from ingestion.models import Job, JobEvent
from ingestion.status import RUNNING, UNFINISHED, JobStatus

#: The way of a job that nothing stops: each step's name, and what is done in it; otherwise where a job only looks.
WAY = {
    JobStatus.QUEUED: ("Queued", "waits for its turn"),
    JobStatus.CRAWLING: ("Crawling", "fetches the pages"),
    JobStatus.PARSING: ("Parsing", "takes the text out of them"),
    JobStatus.SAVING: ("Saving", "writes it into the library"),
    JobStatus.DONE: ("Done", "is there to read"),
}
ONLY_LOOKS = {JobStatus.SAVING: ("Saving", "notes what was found"), JobStatus.DONE: ("Done", "is shown below")}


class Place(StrEnum):
    """Where a step is, seen from the job."""

    BEHIND = "behind"
    HERE = "here"
    AHEAD = "ahead"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One of the five."""

    name: str
    about: str
    place: Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """What happened during one attempt, or before the first, and for how long it was at work."""

    number: int
    events: tuple[JobEvent, ...]
    seconds: float

    @property
    def begun_at(self) -> datetime:
        """When its first event was."""
        return self.events[0].created_at


def way(job: Job, events: Sequence[JobEvent]) -> list[Step]:
    """The five steps; of a job in ERROR, which of them it stopped at."""
    order = list(WAY)
    failed = job.status is JobStatus.ERROR
    at = order.index(_last_unfinished(events) if failed else job.status)
    here = Place.STOPPED if failed else Place.HERE
    places = [Place.BEHIND] * at + [here] + [Place.AHEAD] * (len(order) - at - 1)
    names = (WAY | (ONLY_LOOKS if job.dry_run else {})).values()
    return [Step(name=name, about=about, place=place) for (name, about), place in zip(names, places, strict=True)]


def attempts(events: Sequence[JobEvent]) -> list[Attempt]:
    """The timeline by attempt, oldest first. What a person did between two belongs to the one before."""
    return list(_attempts(events))


def _attempts(events: Sequence[JobEvent]) -> Iterator[Attempt]:
    for number, found in groupby(events, key=lambda event: event.attempt):
        own = tuple(found)
        at_work = [event for event in own if event.status in RUNNING]
        begun = at_work[0] if at_work else own[0]
        ended = next((e for e in own if e.id > begun.id and e.status not in RUNNING), own[-1])
        yield Attempt(number=number, events=own, seconds=(ended.created_at - begun.created_at).total_seconds())


def _last_unfinished(events: Sequence[JobEvent]) -> JobStatus:
    return next((event.status for event in reversed(events) if event.status in UNFINISHED), JobStatus.QUEUED)
