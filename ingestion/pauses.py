"""SQL about pauses: hosts of which no job is claimed for now. What runs goes on, what waits is not lost. No function here commits."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ingestion.models import ALL_HOSTS, Pause


def pause(session: Session, host: str = ALL_HOSTS) -> None:
    """Claim no job of `host` (with its port where the URL has one), or of any, until it is resumed."""
    session.execute(insert(Pause).values(host=host).on_conflict_do_nothing())


def resume(session: Session, host: str = ALL_HOSTS) -> bool:
    """Undo `pause`; whether it was paused at all."""
    return session.scalar(delete(Pause).where(Pause.host == host).returning(Pause.host)) is not None


def paused(session: Session) -> Sequence[str]:
    """The hosts that are paused, ALL_HOSTS among them when everything is."""
    return session.scalars(select(Pause.host).order_by(Pause.host)).all()
