"""What is told, and who wants to hear it. Pure.

A message is JSON, the same over a WebSocket and as the data of a Server-Sent Event::

    {"type": "snapshot", "id": …, "job": {…}}               first of all; "jobs": […] for who listens to all of them
    {"type": "event", "id": …, "event": {…}, "job": {…}}    a step, and the job as it is now
    {"type": "progress", "job": {…}}                        pages were fetched
    {"type": "heartbeat"}                                   nothing for a while

An id says how far its receiver has been told, and is what he comes back with.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ingestion.api.schemas import EventOut, JobOut
from ingestion.feed import Mark
from ingestion.models import Job, JobEvent
from ingestion.status import UNFINISHED, JobStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One message. The `last` one says that the job has ended."""

    name: str
    id: str | None = None
    text: str
    last: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """To hear of one job, or of all that are in one of `statuses` and read by or from `site`; for all of them, None.

    `since` is how far the listener has been told: the id of the job's event, or a mark.
    """

    job_id: int | None = None
    statuses: frozenset[JobStatus] | None = None
    site: str | None = None
    since: int | Mark | None = None

    def meets(self, job: Job, status: JobStatus) -> bool:
        """Whether news of the job, which has come to `status`, is to be told."""
        if self.job_id is not None:
            return job.id == self.job_id
        return (self.statuses is None or status in self.statuses) and self.site in {None, job.site, job.host}


@dataclass(frozen=True, kw_only=True)
class Change:
    """Something that happened to a job: an event, or without one its progress. `mark` is for who listens to all jobs."""

    job: Job
    event: JobEvent | None = None
    mark: Mark | None = None
    last: bool = False

    @property
    def status(self) -> JobStatus:
        """Where the job came to."""
        return self.job.status if self.event is None else self.event.status

    def told(self, wish: Wish) -> Message:
        """How it is told to somebody with this wish."""
        return self._to_all if wish.job_id is None else self._to_one

    @cached_property
    def _to_one(self) -> Message:
        return self._message(None if self.event is None else self.event.id, last=self.last)

    @cached_property
    def _to_all(self) -> Message:
        return self._message(None if self.mark is None else str(self.mark), last=False)

    def _message(self, id: int | str | None, *, last: bool) -> Message:
        job = _shown(self.job)
        if self.event is None:
            return message("progress", job=job)
        event = EventOut.model_validate(self.event).model_dump(mode="json")
        return message("event", id, last=last, event=event, job=job)


def changes(events: list[JobEvent], jobs: dict[int, Job], before: Mark, now: Mark) -> list[Change]:
    """The events as they are told, and the progress of those `jobs` that have none among them."""
    newest = {event.job_id: event.id for event in events}
    told = [
        Change(
            job=jobs[event.job_id],
            event=event,
            mark=before.at(event.id, now),
            last=event.id == newest[event.job_id] and has_ended(jobs[event.job_id]),
        )
        for event in events
    ]
    return told + [Change(job=job) for job in jobs.values() if job.id not in newest]


def snapshot_of_one(newest: int, job: Job) -> Message:
    """The job as it is, after its event `newest`."""
    return message("snapshot", newest, last=has_ended(job), job=_shown(job))


def snapshot_of_all(here: Mark, jobs: Iterable[Job]) -> Message:
    """Those jobs as they are."""
    return message("snapshot", str(here), jobs=[_shown(job) for job in jobs])


def message(kind: str, id: int | str | None = None, *, last: bool = False, **said: Any) -> Message:
    """A message of this kind."""
    numbered = {} if id is None else {"id": id}
    text = json.dumps({"type": kind} | numbered | said, ensure_ascii=False)
    return Message(name=kind, id=None if id is None else str(id), text=text, last=last)


def has_ended(job: Job) -> bool:
    """Whether nothing more happens to the job by itself."""
    return job.status not in UNFINISHED


def _shown(job: Job) -> dict[str, Any]:
    return JobOut.model_validate(job).model_dump(mode="json")


HEARTBEAT = message("heartbeat")
