"""What novels, chapters and pages are called for ever, and where they are."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from ingestion.models import ChapterRow, NovelRow

#: Who is told as the author of what has no other.
NAME = "Quire"
#: So long a program that cannot ask again waits for a book to be made: shorter than a proxy's patience, which is a minute (nginx).
WAIT_SECONDS = 50


def urn(*parts: object) -> str:
    """A name that no other thing has: the same parts are always called the same."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, repr(parts))}"


def of(row: NovelRow | ChapterRow) -> str:
    """What the novel or chapter is called, under whatever address it is asked for. When it came tells one library's from another's."""
    return urn(type(row).__tablename__, row.id, row.created_at.timestamp())


def root(base: str) -> str:
    """The path below which everything is. Links begin with it and name no host, so that they work by every name that the API has."""
    return urlsplit(base).path.rstrip("/")


def book(base: str, novel_id: int) -> str:
    """Where a novel is one file, made while the reader waits."""
    return f"{root(base)}/novels/{novel_id}/export?format=epub&wait={WAIT_SECONDS}"


def moment(time: datetime) -> str:
    """A time as RFC 3339 writes it."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
