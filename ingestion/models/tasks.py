"""Background tasks: work that outlives a request and is no ingestion."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ingestion.models.base import Base, Now
from ingestion.status import TaskStatus

IS_OPEN = text("status IN ('queued', 'running')")


class Task(Base):
    """One task of a `kind` (`ingestion.background.kinds`), with what it is about in `args`. `attempt` is the fencing token of whoever does it.

    `released` of the attempts do not count: their worker was asked to stop. Of one kind and `once` at most one task is unfinished. A QUEUED
    task's error is that of the attempt before. One that has ended is forgotten after `kept_until`.
    """

    __tablename__ = "task"
    __table_args__ = (
        Index("uq_task_open_kind_once", "kind", "once", unique=True, postgresql_where=IS_OPEN),
        Index("ix_task_open", "status", "id", postgresql_where=IS_OPEN),
        Index("ix_task_kept_until", "kept_until"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    kind: Mapped[str]
    args: Mapped[dict[str, Any]]
    once: Mapped[str | None]
    status: Mapped[TaskStatus] = mapped_column(default=TaskStatus.QUEUED)
    attempt: Mapped[int] = mapped_column(default=0)
    released: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    lease_expires_at: Mapped[datetime | None]
    worker: Mapped[str | None]
    result: Mapped[dict[str, Any] | None]
    error_kind: Mapped[str | None]
    error_message: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=Now)
    ended_at: Mapped[datetime | None]
    kept_until: Mapped[datetime | None]


class Upload(Base):
    """A file that was sent, known by its SHA-256, until the task that reads it is done or forgotten."""

    __tablename__ = "upload"

    digest: Mapped[str] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), index=True)
    content: Mapped[bytes]
