"""Who is told of what happens, over HTTP."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from ingestion.models.base import Base, Now


class Webhook(Base):
    """An address that is told of some happenings (`ingestion.status.Happening`), of one site or novel where it names one.

    The last of its deliveries left `last_status`, the receiver's HTTP status, or `last_error` without one. A disabled one is told nothing.
    """

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    url: Mapped[str]
    secret: Mapped[str]
    events: Mapped[list[str]]
    site: Mapped[str | None]
    novel_id: Mapped[int | None] = mapped_column(ForeignKey("novel.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(server_default=Now)
    disabled_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    last_status: Mapped[int | None]
    last_error: Mapped[str | None]
