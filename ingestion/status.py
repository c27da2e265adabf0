"""A job's status and the legal transitions: pure data, drawn here once::

    QUEUED ──claim──▶ CRAWLING ──▶ PARSING ──▶ SAVING ──▶ DONE
       ▲  │              │            │           │
       │  └──────────────┼────────────┼───────────┼─────▶ ERROR
       └── put back ─────┴────────────┴───────────┘
       └── by hand ───────────────────────────────────── ERROR

The six names are the whole enum: a cancelled job is an ERROR of kind `cancelled`.
"""

from __future__ import annotations

from enum import StrEnum


class JobStatus(StrEnum):
    """Where a job is."""

    #: Waits for a worker. A claim takes it out.
    QUEUED = "queued"
    #: Scrapy fetches pages into the page store. The last page, a failure or a lost lease takes it out.
    CRAWLING = "crawling"
    #: Stored pages become items, and the pictures that they show are fetched. The last page, a failure or a lost lease takes it out.
    PARSING = "parsing"
    #: One transaction writes the library and the job's end.
    SAVING = "saving"
    #: Every chapter of the index is in the library, or is known missing. Final.
    DONE = "done"
    #: The dead-letter list; `error_kind` and `error_message` say why. Only a person takes it out.
    ERROR = "error"


#: Held by one attempt, with a lease.
RUNNING = frozenset({JobStatus.CRAWLING, JobStatus.PARSING, JobStatus.SAVING})
#: A novel has at most one job in these, dry runs aside.
UNFINISHED = RUNNING | {JobStatus.QUEUED}

TRANSITIONS: dict[JobStatus, frozenset[JobStatus]] = {
    JobStatus.QUEUED: frozenset({JobStatus.CRAWLING, JobStatus.ERROR}),
    JobStatus.CRAWLING: frozenset({JobStatus.PARSING, JobStatus.QUEUED, JobStatus.ERROR}),
    JobStatus.PARSING: frozenset({JobStatus.SAVING, JobStatus.QUEUED, JobStatus.ERROR}),
    JobStatus.SAVING: frozenset({JobStatus.DONE, JobStatus.QUEUED, JobStatus.ERROR}),
    JobStatus.DONE: frozenset(),
    JobStatus.ERROR: frozenset({JobStatus.QUEUED}),
}


class TaskStatus(StrEnum):
    """Where a background task is."""

    #: Waits for a worker, perhaps until its rest is over. A claim takes it out.
    QUEUED = "queued"
    #: Held by one attempt, with a lease. Its end, a failure or a lost lease takes it out.
    RUNNING = "running"
    #: Its result is there. Final.
    DONE = "done"
    #: Its attempts are spent, or another makes no sense; `error_kind` and `error_message` say why. Final.
    ERROR = "error"


class Happening(StrEnum):
    """What somebody may want to be told of."""

    #: A job is DONE.
    JOB_DONE = "job.done"
    #: A job is in ERROR.
    JOB_ERROR = "job.error"
    #: A novel that was in the library before has chapters that were not.
    NEW_CHAPTERS = "chapters.new"


class Priority(StrEnum):
    """Which of the three ingestion queues a job waits in."""

    HIGH = "high"
    DEFAULT = "default"
    LOW = "low"


class Refresh(StrEnum):
    """What a job asks the site for, each more than the one before."""

    #: An update job's: what NEW does, but only if the site's cheapest sign of a change tells of one.
    CHANGED = "changed"
    #: The index, and the chapters that are not there yet or were edited.
    NEW = "new"
    #: The index, and every chapter again.
    ALL = "all"

    def covers(self, other: Refresh) -> bool:
        """Whether it asks for all that `other` does."""
        order = list(Refresh)
        return order.index(self) >= order.index(other)


class Scope(StrEnum):
    """What the bearer of an API token may do."""

    READ = "read"
    WRITE = "write"
