"""What must be true of every job's row and timeline, whatever happened to those who worked on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from ingestion.status import TRANSITIONS, UNFINISHED, JobStatus
from tests.chaos.records import EventRecord, JobRecord, Story

#: The kinds of ERROR that a storm explains. All else would blame a site or a program that did nothing wrong.
EXPLAINED = frozenset({"crash", "unreachable", "timeout", "incomplete", "blocked"})


def unfinished(story: Story) -> Iterator[str]:
    """No job is left unfinished, and none that was accepted is gone."""
    for job in story.jobs:
        if job.status in UNFINISHED:
            yield f"job {job.id} ({job.path}) was left {job.status} in attempt {job.attempt}"
    for lost in sorted(story.accepted - {job.id for job in story.jobs}):
        yield f"job {lost} was accepted and is not in the database"


def dishonest(story: Story) -> Iterator[str]:
    """Every ERROR has a kind that something explains, and a message."""
    for job in story.jobs:
        if job.status is JobStatus.ERROR and (job.error_kind not in EXPLAINED or not job.error_message):
            yield f"job {job.id} ({job.path}) ended in an ERROR that nothing explains: {job.error_kind}, {job.error_message!r}"


def abandoned(story: Story) -> Iterator[str]:
    """The newest job of each URL is DONE: what a fault had ended was put back when the faults were over."""
    newest = {job.path: job for job in sorted(story.jobs, key=lambda job: job.id)}
    for job in newest.values():
        if job.status is JobStatus.ERROR:
            yield f"job {job.id} ({job.path}) ended in ERROR after all faults were over: {job.error_message}"


def illegal(story: Story) -> Iterator[str]:
    """A timeline begins with QUEUED, takes legal steps alone, ends where the row is, and nothing follows DONE."""
    for job in story.jobs:
        events = story.events_of(job.id)
        if not events or events[0].status is not JobStatus.QUEUED:
            yield f"job {job.id}: its timeline does not begin with queued"
            continue
        for before, after in pairwise(events):
            if after.status not in TRANSITIONS[before.status]:
                yield f"job {job.id}: {before.status} was followed by {after.status} ({after.message})"
        if events[-1].status is not job.status:
            yield f"job {job.id}: its row says {job.status}, its last event {events[-1].status}"


def fenced(story: Story) -> Iterator[str]:
    """A claim raises the attempt by one, no two claims have the same, and an older attempt says nothing after a newer one."""
    for job in story.jobs:
        yield from _fenced(job, story.events_of(job.id))


def _fenced(job: JobRecord, events: list[EventRecord]) -> Iterator[str]:
    attempt = 0
    for event in events:
        expected = attempt + (event.status is JobStatus.CRAWLING)
        if event.attempt < attempt:
            yield f"job {job.id}: attempt {event.attempt} wrote {event.status} after attempt {attempt} had begun"
        elif event.attempt != expected:
            yield f"job {job.id}: {event.status} came with attempt {event.attempt}, expected {expected}"
        attempt = max(attempt, event.attempt)
    claims = Counter(event.attempt for event in events if event.status is JobStatus.CRAWLING)
    for claimed, times in claims.items():
        if times > 1:
            yield f"job {job.id}: attempt {claimed} was claimed {times} times"
    if job.attempt != attempt:
        yield f"job {job.id}: its row says attempt {job.attempt}, its events {attempt}"


def ended_twice(story: Story) -> Iterator[str]:
    """A job is DONE once, and that is its last event."""
    for job in story.jobs:
        states = [event.status for event in story.events_of(job.id)]
        if JobStatus.DONE in states[:-1]:
            yield f"job {job.id}: something followed done: {', '.join(states[states.index(JobStatus.DONE) :])}"
