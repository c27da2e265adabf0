"""Jobs, their events, and what holds them back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Computed,
    ForeignKey,
    Identity,
    Index,
    func,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ingestion.models.base import Base, Now
from ingestion.status import UNFINISHED, JobStatus, Priority, Refresh

ALL_HOSTS = "*"
IS_UNFINISHED = text("status IN ({})".format(", ".join(f"'{s.value}'" for s in sorted(UNFINISHED))))
IS_QUEUED = text("status = 'queued'")
IS_DEAD = text("status = 'error'")
#: A priority's place in the order of urgency, spelled as the index of turns spells it: another spelling would not find it.
URGENCY: ColumnElement[int] = literal_column(f"strpos('{' '.join(Priority)}', priority)")
#: A novel has at most one job in these, however many dry runs of it there may be.
IS_ONLY_ONE = text(f"{IS_UNFINISHED} AND NOT dry_run")


class Job(Base):
    """One wish to have a novel ingested, and how far it has come. `attempt` is the fencing token of whoever works on it.

    `released` of the attempts do not count: their worker was asked to stop, or a person put the job back. A QUEUED job's
    error is that of the attempt before. Of the saved chapters `chapters_new` had no text before it. Pages fetched since `fresh_since` answer for the site. `moves_id` is the novel that is to be
    read from this URL henceforth. A `dry_run` only looks, by `rules` where it has some (TOML), and leaves what it `found` (`ingestion.found`).
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("uq_job_unfinished_canonical_url", "canonical_url", unique=True, postgresql_where=IS_ONLY_ONE),
        Index("ix_job_turn", "host", URGENCY, "id", postgresql_where=IS_QUEUED),
        Index("ix_job_status_id", "status", "id"),
        Index("ix_job_novel_id_id", "novel_id", "id"),
        Index("ix_job_dead", "site", "error_kind", "priority", postgresql_where=IS_DEAD),
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
    chapters_new: Mapped[int] = mapped_column(server_default=text("0"))
    pictures_saved: Mapped[int] = mapped_column(server_default=text("0"))
    pictures_missing: Mapped[int] = mapped_column(server_default=text("0"))
    novel_id: Mapped[int | None] = mapped_column(ForeignKey("novel.id", ondelete="SET NULL"))
    moves_id: Mapped[int | None] = mapped_column(ForeignKey("novel.id", ondelete="SET NULL"))
    error_kind: Mapped[str | None]
    error_message: Mapped[str | None]
    fresh_since: Mapped[datetime] = mapped_column(server_default=Now)
    created_at: Mapped[datetime] = mapped_column(server_default=Now)
    updated_at: Mapped[datetime] = mapped_column(server_default=Now)


class JobEvent(Base):
    """One transition of a job or its move to another queue, written in the transaction that made it, whose id it knows (`ingestion.feed` says what for)."""

    __tablename__ = "job_event"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"), index=True)
    attempt: Mapped[int]
    status: Mapped[JobStatus]
    message: Mapped[str]
    detail: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    transaction_id: Mapped[int] = mapped_column(server_default=text("pg_current_xact_id()::text::bigint"), index=True)


class Pause(Base):
    """A host of which no job is claimed for now; ALL_HOSTS stands for every one."""

    __tablename__ = "pause"

    host: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=Now)
