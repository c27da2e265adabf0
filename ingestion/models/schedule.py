"""The scheduler that acts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from ingestion.models.base import Base


class SchedulerRow(Base):
    """One row: who acts as the scheduler, since when, its last sign of life, and when each chore was last done, by its name."""

    __tablename__ = "scheduler"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holder: Mapped[str | None]
    since: Mapped[datetime]
    beat_at: Mapped[datetime]
    done: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
