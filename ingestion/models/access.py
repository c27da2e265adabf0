"""Who may use the API."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from ingestion.models.base import Base, Now
from ingestion.status import Scope


class ApiToken(Base):
    """A token of the API: its name and its SHA-256, never itself. `last_used_at` is right to the hour."""

    __tablename__ = "api_token"

    name: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes]
    scope: Mapped[Scope]
    created_at: Mapped[datetime] = mapped_column(server_default=Now)
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
