"""What the checker looks at: the rows of the database and what happened around it, as plain frozen records.

Pages are named by their path, times are seconds since the epoch, texts are words with single spaces between them.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.status import JobStatus, Refresh


@dataclass(frozen=True, kw_only=True, slots=True)
class JobRecord:
    """A row of `job`; `path` is what was asked for."""

    id: int
    path: str
    status: JobStatus
    attempt: int
    refresh: Refresh
    novel_id: int | None
    error_kind: str | None
    error_message: str | None
    created_at: float
    fresh_since: float

    @property
    def novel(self) -> str:
        """The folder that all pages of the novel are in."""
        return folder(self.path)


@dataclass(frozen=True, kw_only=True, slots=True)
class EventRecord:
    """A row of `job_event`."""

    id: int
    job_id: int
    attempt: int
    status: JobStatus
    message: str
    at: float


@dataclass(frozen=True, kw_only=True, slots=True)
class NovelRecord:
    """A row of `novel`."""

    id: int
    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChapterRecord:
    """A row of `chapter`; `text` is None where it is missing, and `earlier` are its replaced texts, oldest first."""

    novel_id: int
    key: str
    path: str
    position: int
    text: str | None
    missing_kind: str | None
    gone: bool
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PageRecord:
    """A row of `page`; `version` is what the stored body says of itself, None for a page without one."""

    path: str
    status: int
    version: int | None
    rejected: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Served:
    """One answer of the site. `whole` is False where it was cut off or came too late for anyone to wait for it.

    It is `late` in the second case: a client that was kept from its work meanwhile may find it there all the same.
    `version` counts the page's changes; `text` is a chapter's, `listed` are the paths that an index names, in order.
    """

    path: str
    at: float
    status: int
    whole: bool = True
    late: bool = False
    version: int = 1
    text: str = ""
    listed: tuple[str, ...] = ()

    @property
    def said(self) -> bool:
        """Whether it told somebody what the page says, or confirmed it (304)."""
        return self.whole and self.status in {200, 304}

    @property
    def may_be_heard(self) -> bool:
        """Whether somebody may have learnt from it what the page says."""
        return self.said or (self.late and self.status in {200, 304})


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A text that was in the library at some moment."""

    path: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Disturbance:
    """A fault, from its beginning until it was healed."""

    kind: str
    start: float
    end: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """Everything there is to judge by, when all is over."""

    jobs: tuple[JobRecord, ...] = ()
    events: tuple[EventRecord, ...] = ()
    novels: tuple[NovelRecord, ...] = ()
    chapters: tuple[ChapterRecord, ...] = ()
    pages: tuple[PageRecord, ...] = ()
    accepted: frozenset[int] = frozenset()
    served: tuple[Served, ...] = ()
    seen: frozenset[Seen] = frozenset()
    disturbances: tuple[Disturbance, ...] = ()

    def events_of(self, job_id: int) -> list[EventRecord]:
        """A job's timeline."""
        return sorted((event for event in self.events if event.job_id == job_id), key=lambda event: event.id)

    def ended_at(self, job: JobRecord) -> float:
        """When the job last changed its status; for ever, where it has not ended."""
        if job.status not in {JobStatus.DONE, JobStatus.ERROR}:
            return float("inf")
        return max((event.at for event in self.events_of(job.id)), default=job.created_at)


def folder(path: str) -> str:
    """The first folder of a path: `/3/` for `/3/chapters/1.html`."""
    return f"/{path.split('/')[1]}/"
