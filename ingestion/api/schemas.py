"""What goes over the wire: the bodies of requests and answers, with an example each."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field, computed_field

from ingestion.found import Found
from ingestion.items import Matter, Publication
from ingestion.status import JobStatus, Priority, Refresh
from ingestion.urls import MAX_LENGTH

BIGINT_MAX = 2**63 - 1
Id = Annotated[int, Path(ge=1, le=BIGINT_MAX, examples=[42])]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many at the most.")]
Kind = Annotated[
    str | None,
    Query(pattern=r"^[a-z_]{1,50}$", description="Only jobs whose last attempt ended so.", examples=["blocked"]),
]
Cursor = Annotated[str | None, Query(pattern=r"^\d{1,18}$", description="`next_cursor` of the page before.")]
Place = Annotated[str | None, Query(pattern=r"^\d{1,18}-\d{1,18}$", description="`next_cursor` of the page before.")]
#: A file has some five hundred; escaped as JSON may be, so many fit into MAX_BODY_BYTES.
MOST_RULES = 8_000
URL = "https://www.royalroad.com/fiction/21220/mother-of-learning"


class Body(BaseModel):
    """Base of all bodies; rows of the database can be read into them."""

    model_config = ConfigDict(from_attributes=True)


class Ingest(BaseModel):
    """A wish to have a novel ingested."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"url": URL, "priority": "default"}})

    url: str = Field(
        description="The novel's page, its table of contents, or one of its chapters: http or https, on a public address.",
        json_schema_extra={"format": "uri", "pattern": r"^https?://[^\s]+$", "maxLength": MAX_LENGTH},
    )
    priority: Priority = Priority.DEFAULT
    refresh: Refresh = Field(
        Refresh.NEW,
        description="`new`: chapters not there yet or edited; `all`: ask for every chapter again; `changed`: as `new`, if the site's cheapest sign of a change tells of one.",
    )
    dry_run: bool = Field(
        False,
        description="Save nothing: look at the index and at four chapters, and leave what was `found` in the job.",
    )
    rules: str | None = Field(
        None,
        max_length=MOST_RULES,
        description="For a dry run: the TOML text of a file of rules (CONTRIBUTING.md) to go by, instead of the site's spider.",
    )


class Retry(BaseModel):
    """How a job in ERROR is tried again."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"accept_shrink": False}})

    accept_shrink: bool = Field(
        False, description="The index may have lost many of its chapters: they stay readable, marked as gone."
    )


class Move(BaseModel):
    """Which queue a job is to wait in."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"priority": "high"}})

    priority: Priority


class Accepted(BaseModel):
    """The job that does it."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"job_id": 42, "status": "queued", "message": "Ingestion job created and queued"}}
    )

    job_id: int
    status: JobStatus
    message: str


class JobOut(Body):
    """A job, and how far it has come."""

    id: int = Field(examples=[42])
    source_url: str = Field(examples=[URL])
    status: JobStatus = Field(examples=["crawling"])
    priority: Priority
    refresh: Refresh
    dry_run: bool = Field(description="Whether it only looks, and saves nothing.")
    site: str | None = Field(None, examples=["royalroad"], description="The spider that reads the site.")
    attempt: int = Field(examples=[1])
    pages_done: int = Field(examples=[17])
    pages_total: int | None = Field(None, examples=[110])
    chapters_saved: int = Field(examples=[0])
    chapters_missing: int = Field(examples=[0])
    chapters_new: int = Field(examples=[0], description="How many of those saved the library had no text of before.")
    pictures_saved: int = Field(examples=[0])
    pictures_missing: int = Field(examples=[0])
    novel_id: int | None = Field(None, examples=[7])
    error_kind: str | None = Field(
        None,
        examples=["not_found"],
        description="Why the job is in ERROR or, while it is queued again, why it failed last.",
    )
    error_message: str | None = None
    not_before: datetime | None = Field(None, description="When a job that failed is tried again, at the earliest.")
    created_at: datetime
    updated_at: datetime

    @computed_field(examples=[110])  # type: ignore[prop-decorator]
    @property
    def chapters_total(self) -> int:
        """How many chapters the index lists."""
        return self.chapters_saved + self.chapters_missing


class JobDetail(JobOut):
    """A job, its newest event, and of a dry run the rules that it went by and what it found."""

    last_event_id: int = Field(0, examples=[4711], description="What a stream, or `since`, goes on from.")
    rules: str | None = None
    found: Found | None = None


class JobPage(BaseModel):
    """Jobs, newest first."""

    jobs: list[JobOut]
    next_cursor: str | None = None


class EventOut(Body):
    """One step in a job's timeline."""

    id: int
    attempt: int
    status: JobStatus
    message: str = Field(examples=["attempt 1 claimed by reader:4711"])
    detail: dict[str, Any] | None = None
    created_at: datetime


class NovelOut(Body):
    """A novel in the library. `chapters_saved` have a text, `chapters_missing` do not."""

    id: int = Field(examples=[7])
    site: str = Field(examples=["royalroad"])
    url: str = Field(examples=[URL])
    title: str = Field(examples=["The Lamplighter's Ledger"])
    authors: list[str] = Field(examples=[["A. Quill"]])
    description: str | None = None
    cover_url: str | None = None
    cover: str | None = Field(None, description="Where the cover is served here.")
    language: str | None = Field(None, examples=["en"])
    status: Publication | None = None
    tags: list[str]
    confidence: float = Field(
        examples=[1.0], description="How sure the spider is (0 to 1) that it read the index right."
    )
    chapters_saved: int = 0
    chapters_missing: int = 0
    created_at: datetime
    updated_at: datetime

    @computed_field(examples=[110])  # type: ignore[prop-decorator]
    @property
    def chapters_total(self) -> int:
        """How many chapters there are, with a text or without."""
        return self.chapters_saved + self.chapters_missing


class NovelPage(BaseModel):
    """Novels, newest first."""

    novels: list[NovelOut]
    next_cursor: str | None = None


class ChapterEntry(Body):
    """A place in a novel's reading order."""

    id: int
    key: str = Field(examples=["301778"], description="The site's own key: it stays when the chapter moves.")
    position: int = Field(examples=[1])
    matter: Matter
    volume: str | None = None
    title: str = Field(examples=["1. The Lamp Goes Out"])
    url: str
    words: int
    revision: int
    missing_kind: str | None = None
    missing_reason: str | None = None
    published_at: datetime | None = None
    edited_at: datetime | None = None
    gone_at: datetime | None = Field(None, description="When the site was seen to list it no more.")


class ChapterPage(BaseModel):
    """Chapters in reading order, without their texts."""

    chapters: list[ChapterEntry]
    next_cursor: str | None = None


class PictureOut(BaseModel):
    """A picture of a chapter: where it is served here, or why it is not."""

    url: str = Field(description="Where the site has it.")
    path: str | None = None
    missing_kind: str | None = None
    missing_reason: str | None = None


class ChapterOut(ChapterEntry):
    """A chapter with its text: sanitised HTML, with the pictures that are here at our addresses and no other address in it."""

    novel_id: int
    content: str | None = None
    notes_before: str | None = None
    notes_after: str | None = None
    hidden_removed: int = Field(description="Elements left out because the page's own CSS hides them.")
    pictures: list[PictureOut] = []
