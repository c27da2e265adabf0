"""What sites sent, and how well it could be read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from ingestion.models.base import Base, Now


class Page(Base):
    """One response as the site sent it, its body compressed with zstd (RFC 8878). Fetched once, parsed at will.

    `rejected_at` marks a page that turned out not to be what it should be (a challenge, an empty text): the next job asks again.
    """

    __tablename__ = "page"

    fingerprint: Mapped[bytes] = mapped_column(primary_key=True)
    url: Mapped[str]
    host: Mapped[str] = mapped_column(index=True)
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes]
    fetched_at: Mapped[datetime] = mapped_column(index=True)
    rejected_at: Mapped[datetime | None]


class Picture(Base):
    """What became of a picture's URL. With a `name`, that file is in the store; the name is its SHA-256 and its kind.

    Without one, or when it was last asked for in vain, `missing_kind` and `missing_reason` say why; a `final` reason is the site's word.
    """

    __tablename__ = "picture"

    url: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    size: Mapped[int | None]
    missing_kind: Mapped[str | None]
    missing_reason: Mapped[str | None]
    final: Mapped[bool]
    asked_at: Mapped[datetime]


class SiteReading(Base):
    """How well a job's newest attempt could read its site's pages. With an `error_kind` it could not, and the rest says nothing.

    `rank` is the place of `strategy` among those of the spider, the best being 0. Of the chapters `asked` for whose pages came,
    `parsed` gave a text; `shortened` texts lost more than half of what the library had. `empty` names the facts that were not there.
    It outlives its job, since a site is judged by it.
    """

    __tablename__ = "reading"
    __table_args__ = (Index("ix_reading_site_host_read_at", "site", "host", "read_at"),)

    job_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    site: Mapped[str]
    url: Mapped[str]
    host: Mapped[str]
    strategy: Mapped[str]
    rank: Mapped[int]
    asked: Mapped[int]
    parsed: Mapped[int]
    shortened: Mapped[int]
    empty: Mapped[list[str]]
    error_kind: Mapped[str | None]
    read_at: Mapped[datetime] = mapped_column(server_default=Now)
