"""The tables. PostgreSQL is the truth: whatever is lost elsewhere, these rows are enough to go on."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    Enum,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ingestion.items import Matter, Publication
from ingestion.status import UNFINISHED, JobStatus, Priority, Refresh, Scope


def _by_value(kind: type[enum.Enum]) -> Enum:
    return Enum(
        kind, native_enum=False, create_constraint=False, length=16, values_callable=lambda e: [m.value for m in e]
    )


class Base(DeclarativeBase):
    """Enums are stored by value, times carry a zone, constraints have names that migrations can drop."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BigInteger,
        str: Text,
        bytes: LargeBinary,
        datetime: DateTime(timezone=True),
        list[str]: ARRAY(Text),
        dict[str, Any]: JSONB,
    } | {kind: _by_value(kind) for kind in (JobStatus, Priority, Refresh, Scope, Matter, Publication)}


Now = text("now()")
ALL_HOSTS = "*"
IS_UNFINISHED = text("status IN ({})".format(", ".join(f"'{s.value}'" for s in sorted(UNFINISHED))))
#: A novel has at most one job in these, however many dry runs of it there may be.
IS_ONLY_ONE = text(f"{IS_UNFINISHED} AND NOT dry_run")


class Job(Base):
    """One wish to have a novel ingested, and how far it has come. `attempt` is the fencing token of whoever works on it.

    `released` of the attempts do not count: their worker was asked to stop, or a person put the job back. A QUEUED job's
    error is that of the attempt before. Pages fetched since `fresh_since` answer for the site. `moves_id` is the novel that is to be
    read from this URL henceforth. A `dry_run` only looks, by `rules` where it has some (TOML), and leaves what it `found` (`ingestion.found`).
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("uq_job_unfinished_canonical_url", "canonical_url", unique=True, postgresql_where=IS_ONLY_ONE),
        Index("ix_job_unfinished", "status", "id", postgresql_where=IS_UNFINISHED),
        Index("ix_job_status_id", "status", "id"),
        CheckConstraint("attempt >= 0", name="attempt"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    source_url: Mapped[str]
    canonical_url: Mapped[str]
    host: Mapped[str] = mapped_column(Computed("split_part(canonical_url, '/', 3)", persisted=True))
    status: Mapped[JobStatus] = mapped_column(default=JobStatus.QUEUED)
    priority: Mapped[Priority] = mapped_column(default=Priority.DEFAULT)
    refresh: Mapped[Refresh] = mapped_column(default=Refresh.NEW)
    accept_shrink: Mapped[bool] = mapped_column(server_default=text("false"))
    dry_run: Mapped[bool] = mapped_column(server_default=text("false"))
    rules: Mapped[str | None]
    found: Mapped[dict[str, Any] | None]
    attempt: Mapped[int] = mapped_column(default=0)
    released: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    lease_expires_at: Mapped[datetime | None]
    worker: Mapped[str | None]
    site: Mapped[str | None]
    pages_done: Mapped[int] = mapped_column(default=0)
    pages_total: Mapped[int | None]
    chapters_saved: Mapped[int] = mapped_column(default=0)
    chapters_missing: Mapped[int] = mapped_column(default=0)
    pictures_saved: Mapped[int] = mapped_column(server_default=text("0"))
    pictures_missing: Mapped[int] = mapped_column(server_default=text("0"))
    novel_id: Mapped[int | None] = mapped_column(ForeignKey("novel.id", ondelete="SET NULL"))
    moves_id: Mapped[int | None] = mapped_column(ForeignKey("novel.id", ondelete="SET NULL"))
    error_kind: Mapped[str | None]
    error_message: Mapped[str | None]
    fresh_since: Mapped[datetime] = mapped_column(server_default=Now)
    created_at: Mapped[datetime] = mapped_column(server_default=Now)
    updated_at: Mapped[datetime] = mapped_column(server_default=Now)


class Pause(Base):
    """A host of which no job is claimed for now; ALL_HOSTS stands for every one."""

    __tablename__ = "pause"

    host: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=Now)


class ApiToken(Base):
    """A token of the API: its name and its SHA-256, never itself. `last_used_at` is right to the hour."""

    __tablename__ = "api_token"

    name: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes]
    scope: Mapped[Scope]
    created_at: Mapped[datetime] = mapped_column(server_default=Now)
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class JobEvent(Base):
    """One transition of a job, written in the transaction that made it."""

    __tablename__ = "job_event"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"), index=True)
    attempt: Mapped[int]
    status: Mapped[JobStatus]
    message: Mapped[str]
    detail: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


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
    fetched_at: Mapped[datetime]
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
    """

    __tablename__ = "reading"
    __table_args__ = (Index("ix_reading_site_host_read_at", "site", "host", "read_at"),)

    job_id: Mapped[int] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"), primary_key=True)
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


class NovelRow(Base):
    """A novel. Its identity is the site's own: two URLs of one novel end in one row.

    `index_url` is the index that it was saved from, `seen_at` when that was fetched: an older one may not replace a newer one.
    """

    __tablename__ = "novel"
    __table_args__ = (UniqueConstraint("site", "key"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    site: Mapped[str]
    key: Mapped[str]
    url: Mapped[str]
    title: Mapped[str]
    authors: Mapped[list[str]]
    description: Mapped[str | None]
    cover_url: Mapped[str | None]
    language: Mapped[str | None]
    status: Mapped[Publication | None]
    tags: Mapped[list[str]]
    confidence: Mapped[float]
    index_url: Mapped[str | None]
    seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=Now)
    updated_at: Mapped[datetime] = mapped_column(server_default=Now)


class SourceRow(Base):
    """Where a novel was read from before: `index_url` leads to it still, and `url` is how the site called it."""

    __tablename__ = "source"

    site: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    novel_id: Mapped[int] = mapped_column(ForeignKey("novel.id", ondelete="CASCADE"), index=True)
    url: Mapped[str]
    index_url: Mapped[str]
    left_at: Mapped[datetime] = mapped_column(server_default=Now)


class ChapterRow(Base):
    """A chapter in its newest revision. No content: it is missing, and `missing_kind` and `missing_reason` say why.

    `gone_at` is set when the site took the chapter down; its text stays readable.
    """

    __tablename__ = "chapter"
    __table_args__ = (
        UniqueConstraint("novel_id", "key"),
        Index("ix_chapter_novel_id_position", "novel_id", "position"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    novel_id: Mapped[int] = mapped_column(ForeignKey("novel.id", ondelete="CASCADE"))
    key: Mapped[str]
    position: Mapped[int]
    matter: Mapped[Matter]
    volume: Mapped[str | None]
    title: Mapped[str]
    url: Mapped[str]
    content: Mapped[str | None]
    notes_before: Mapped[str | None]
    notes_after: Mapped[str | None]
    words: Mapped[int]
    digest: Mapped[bytes | None]
    revision: Mapped[int]
    hidden_removed: Mapped[int]
    missing_kind: Mapped[str | None]
    missing_reason: Mapped[str | None]
    published_at: Mapped[datetime | None]
    edited_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=Now)
    updated_at: Mapped[datetime] = mapped_column(server_default=Now)


class ChapterRevision(Base):
    """What a chapter said before an edit replaced it."""

    __tablename__ = "chapter_revision"
    __table_args__ = (UniqueConstraint("chapter_id", "revision"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    chapter_id: Mapped[int] = mapped_column(ForeignKey("chapter.id", ondelete="CASCADE"))
    revision: Mapped[int]
    title: Mapped[str]
    content: Mapped[str]
    notes_before: Mapped[str | None]
    notes_after: Mapped[str | None]
    replaced_at: Mapped[datetime] = mapped_column(server_default=Now)
