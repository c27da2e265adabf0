"""How often a page may be fetched: once, and again only for what a fault took away.

An attempt that ended while it fetched may have had a handful of pages under way, answered and not yet stored; each of
those may be asked for again, once. So may those that were under way while an attempt was frozen or waited for
PostgreSQL, for when it goes on it is late for all of them, or has a successor. The answers of the second before
PostgreSQL crashed count for nothing, since pages are stored without waiting for the disk.

`fetched_again` counts over a novel's whole story, `without_reason` looks at each repeat: what happened between the two answers?
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from ingestion.status import JobStatus, Refresh
from tests.chaos.faults import FREEZING, INTERRUPTING, LOSING
from tests.chaos.records import EventRecord, JobRecord, Served, Story, folder

#: Requests to one host that one crawl has under way.
UNDER_WAY = 16
#: What an attempt says that found a newer index saved by another job, and asks the site anew.
SUPERSEDED = "newer index"
#: Seconds of work that PostgreSQL may lose when it crashes.
UNFLUSHED = 1.0
#: Seconds that it takes a program to notice that something is over.
NOTICING = 1.0
#: Seconds from a page's answer until it is in the store and nobody else asks for it.
STORING = 0.5
#: Seconds that a page may be under way for two jobs at once.
LONGEST = 1.5


def fetched_again(story: Story) -> Iterator[str]:
    """No page is fetched more often than its jobs and their interruptions explain."""
    answers = defaultdict[str, Counter[str]](Counter)
    for answer in _pages(story):
        answers[folder(answer.path)][answer.path] += 1
    for name, counts in answers.items():
        jobs = sorted((job for job in story.jobs if job.novel == name), key=lambda job: job.id)
        yield from _judged(story, name, jobs, counts)


def without_reason(story: Story) -> Iterator[str]:
    """A page is fetched again only when a job came in between that wants it anew, or a fault hit while it was under way.

    Two jobs of one novel that run at the same time may both have it under way.
    """
    answers = defaultdict[str, list[Served]](list)
    for answer in sorted(_pages(story), key=lambda answer: answer.at):
        answers[answer.path].append(answer)
    for path, found in answers.items():
        jobs = [job for job in story.jobs if job.novel == folder(path)]
        for first, again in pairwise(found):
            if not (
                _wished(story, jobs, first, again) or _together(story, jobs, first, again) or _hit(story, jobs, first)
            ):
                yield f"{path} was fetched at {first.at:.2f} and again at {again.at:.2f}, and nothing in between explains it"


def _wished(story: Story, jobs: list[JobRecord], first: Served, again: Served) -> bool:
    """Whether a job that wants the page anew was made, or began anew, after the first answer."""
    moments = []
    for job in jobs:
        if first.path.endswith("/index.html") or _wants_anew(job, first.path):
            moments += [job.created_at, *_begun_anew(story, job)]
    return any(first.at - STORING <= moment <= again.at for moment in moments)


def _together(story: Story, jobs: list[JobRecord], first: Served, again: Served) -> bool:
    running = [job for job in jobs if job.created_at <= again.at and story.ended_at(job) >= first.at]
    return len(running) > 1 and again.at - first.at < LONGEST


def _hit(story: Story, jobs: list[JobRecord], answer: Served) -> bool:
    """Whether the page was under way when a fault came, or when an attempt lost its job because of one that was over."""
    faults = [(fault.start, fault.end) for fault in story.disturbances if fault.kind in INTERRUPTING]
    losses = [(event.at, event.at + NOTICING) for job in jobs for event in _lost_while_fetching(story, job)]
    return any(start - STORING <= answer.at <= end + LONGEST for start, end in faults + losses)


def _lost_while_fetching(story: Story, job: JobRecord) -> list[EventRecord]:
    ways = pairwise(story.events_of(job.id))
    return [
        after for before, after in ways if before.status is JobStatus.CRAWLING and after.status is not JobStatus.PARSING
    ]


def _pages(story: Story) -> list[Served]:
    """The answers that count: whole pages, and not those that PostgreSQL lost."""
    return [answer for answer in story.served if answer.whole and answer.status == 200 and not _lost(story, answer)]


def _judged(story: Story, name: str, jobs: list[JobRecord], counts: Counter[str]) -> Iterator[str]:
    excuses = sum(interruptions(story, job) for job in jobs)
    repeats = 0
    for path, count in sorted(counts.items()):
        wanted = _wanted(story, jobs, path)
        repeats += max(0, count - wanted)
        if count > wanted + excuses:
            yield f"{path} was fetched {count} times; {wanted} and {excuses} interruptions explain fewer"
    if repeats > UNDER_WAY * excuses:
        yield f"{name}: {repeats} pages were fetched again; {excuses} interruptions explain {UNDER_WAY} each"


def _wanted(story: Story, jobs: list[JobRecord], path: str) -> int:
    """How often a page is asked for when nothing goes wrong: an index by each job, a chapter once.

    A job for everything asks for each chapter too, and the one for a chapter's URL for that chapter. Jobs of one novel that
    run at the same time know nothing of each other; one that finds the other's newer index saved begins anew.
    """
    if path.endswith("/index.html"):
        return sum(1 + len(_begun_anew(story, job)) for job in jobs)
    reasons = 0
    for job in jobs:
        twin = any(story.ended_at(other) > job.created_at for other in jobs if other.id < job.id)
        anew = _wants_anew(job, path)
        reasons += (twin or anew or job is jobs[0]) + len(_begun_anew(story, job)) * anew
    return reasons


def _wants_anew(job: JobRecord, path: str) -> bool:
    return job.refresh is Refresh.ALL or job.path == path


def _begun_anew(story: Story, job: JobRecord) -> list[float]:
    """The moments at which a job found a newer index saved by another, or got a second wish, for everything."""
    queued = [event for event in story.events_of(job.id) if event.status is JobStatus.QUEUED]
    moments = [event.at for event in queued if SUPERSEDED in event.message]
    known = [job.created_at, *moments]
    return moments if any(abs(job.fresh_since - moment) < NOTICING for moment in known) else [*moments, job.fresh_since]


def interruptions(story: Story, job: JobRecord) -> int:
    """The attempts of a job that ended while they fetched, and the times that one was frozen."""
    events = story.events_of(job.id)
    count = 0
    for place, event in enumerate(events):
        if event.status is not JobStatus.CRAWLING:
            continue
        after: EventRecord | None = events[place + 1] if place + 1 < len(events) else None
        count += after is None or after.status is not JobStatus.PARSING
        end = after.at if after else float("inf")
        count += sum(
            fault.kind in FREEZING and fault.start < end + NOTICING and fault.end > event.at
            for fault in story.disturbances
        )
    return count


def _lost(story: Story, answer: Served) -> bool:
    return any(
        fault.kind in LOSING and fault.start - UNFLUSHED <= answer.at <= fault.end + NOTICING
        for fault in story.disturbances
    )
