"""The novels that are followed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from ingestion.models.base import Base, Now


class Follow(Base):
    """A novel that is looked at for new chapters from time to time: every so many seconds or, where none are given, as its rhythm is.

    `job_id` is its last update job, which ended at `checked_at` if it has, and `changed_at` is when one last found a new chapter.
    """

    __tablename__ = "follow"

    novel_id: Mapped[int] = mapped_column(ForeignKey("novel.id", ondelete="CASCADE"), primary_key=True)
    every_seconds: Mapped[int | None]
    next_at: Mapped[datetime] = mapped_column(index=True)
    checked_at: Mapped[datetime | None]
    changed_at: Mapped[datetime | None]
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id", ondelete="SET NULL"), index=True)
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=Now)
