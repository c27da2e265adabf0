"""How often a page may be fetched: once, and again only for what a fault took away.

An attempt that ended while it fetched may have had a handful of pages under way, answered and not yet stored; each of
those may be asked for again, once. So may those that were under way while an attempt was frozen or waited for
PostgreSQL, for when it goes on it is late for all of them, or has a successor. The answers of the second before
PostgreSQL crashed count for nothing, since pages are stored without waiting for the disk.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from ingestion.status import JobStatus, Refresh
from tests.chaos.faults import FREEZING, LOSING
from tests.chaos.records import EventRecord, JobRecord, Served, Story, folder

#: Requests to one host that one crawl has under way.
UNDER_WAY = 16
#: What an attempt says that found a newer index saved by another job, and asks the site anew.
SUPERSEDED = "newer index"
#: Seconds of work that PostgreSQL may lose when it crashes.
UNFLUSHED = 1.0
#: Seconds that it takes a program to notice that something is over.
NOTICING = 1.0


def fetched_again(story: Story) -> Iterator[str]:
    """No page is fetched more often than its jobs and their interruptions explain."""
    answers = defaultdict(Counter[str])
    for answer in story.served:
        if answer.whole and answer.status == 200 and not _lost(story, answer):
            answers[folder(answer.path)][answer.path] += 1
    for name, counts in answers.items():
        jobs = sorted((job for job in story.jobs if job.novel == name), key=lambda job: job.id)
        yield from _judged(story, name, jobs, counts)


def _judged(story: Story, name: str, jobs: list[JobRecord], counts: Counter[str]) -> Iterator[str]:
    interruptions = sum(_interruptions(story, job) for job in jobs)
    repeats = 0
    for path, count in sorted(counts.items()):
        wanted = _wanted(story, jobs, path)
        repeats += max(0, count - wanted)
        if count > wanted + interruptions:
            yield f"{path} was fetched {count} times; {wanted} and {interruptions} interruptions explain fewer"
    if repeats > UNDER_WAY * interruptions:
        yield f"{name}: {repeats} pages were fetched again; {interruptions} interruptions explain {UNDER_WAY} each"


def _wanted(story: Story, jobs: list[JobRecord], path: str) -> int:
    """How often a page is asked for when nothing goes wrong: an index by each job, a chapter once.

    A job for everything asks for each chapter too, and the one for a chapter's URL for that chapter. Jobs of one novel that
    run at the same time know nothing of each other; one that finds the other's newer index saved begins anew.
    """
    if path.endswith("/index.html"):
        return sum(1 + _superseded(story, job) for job in jobs)
    reasons = 0
    for job in jobs:
        twin = any(story.ended_at(other) > job.created_at for other in jobs if other.id < job.id)
        anew = job.refresh is Refresh.ALL or job.path == path
        reasons += (twin or anew or job is jobs[0]) + _superseded(story, job) * anew
    return reasons


def _superseded(story: Story, job: JobRecord) -> int:
    return sum(event.status is JobStatus.QUEUED and SUPERSEDED in event.message for event in story.events_of(job.id))


def _interruptions(story: Story, job: JobRecord) -> int:
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
