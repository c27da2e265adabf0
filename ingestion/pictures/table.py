"""SQL about pictures: which are to be asked for, what became of them, how many there are. No function here commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ingestion.errors import IngestionError
from ingestion.models import Picture
from ingestion.sanitize import storable

#: The kind of those that nobody asked for yet.
UNASKED = "not_asked_for"
#: A picture that could not be had, for a reason that may pass, is asked for once in as long.
REST = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """How many of a novel's pictures there are, and how many are missing, by kind of reason."""

    saved: int
    missing: dict[str, int]

    @property
    def total(self) -> int:
        """How many the novel shows."""
        return self.saved + sum(self.missing.values())

    def __str__(self) -> str:
        reasons = ", ".join(f"{count} {kind}" for kind, count in sorted(self.missing.items()))
        return f"{self.saved} of {self.total} pictures kept" + (f" (missing: {reasons})" if reasons else "")


def wanted(session: Session, urls: Sequence[str], *, since: datetime | None = None) -> list[str]:
    """Those of `urls` that are to be asked for: what is not there, for a reason that may have passed by now.

    Those that failed when they were asked for come last, so that a few that always fail do not keep the others from being asked for.
    With `since`, whatever was last asked for before then, too: it may be another picture by now.
    """
    if since is None:
        settled = Picture.name.is_not(None) | Picture.final | (Picture.asked_at > func.now() - REST)
    done = settled if since is None else Picture.asked_at >= since
    known = set(session.scalars(select(Picture.url).where(Picture.url.in_(urls), done)))
    tried = Picture.name.is_(None) & (Picture.missing_kind != UNASKED)
    failed = set(session.scalars(select(Picture.url).where(Picture.url.in_(urls), tried)))
    return sorted((url for url in urls if url not in known), key=failed.__contains__)


def keep(session: Session, url: str, *, name: str, size: int) -> None:
    """The picture at `url` is in the store as `name`, and has `size` bytes."""
    found = {"name": name, "size": size, "missing_kind": None, "missing_reason": None, "final": False}
    _write(session, [url], found)


def refuse(session: Session, urls: Sequence[str], error: IngestionError, *, final: bool) -> None:
    """The pictures at `urls` could not be had. One that was there before stays."""
    _write(session, urls, {"missing_kind": error.kind, "missing_reason": storable(str(error)), "final": final})


def leave(session: Session, urls: Sequence[str], because: IngestionError) -> None:
    """The pictures at `urls` were not asked for, since their host was in trouble."""
    reason = storable(f"it was not asked for: its host had failed too often, the last time because {because}")
    _write(session, urls, {"missing_kind": UNASKED, "missing_reason": reason, "final": False})


def of(session: Session, urls: Collection[str]) -> Sequence[Picture]:
    """What is known of these URLs."""
    return session.scalars(select(Picture).where(Picture.url.in_(urls))).all()


def names(session: Session, urls: Collection[str]) -> dict[str, str]:
    """The names in the store of those that are there, by URL."""
    return {row.url: row.name for row in of(session, urls) if row.name is not None}


def all_names(session: Session) -> Sequence[str]:
    """The names in the store of all that are there, each once."""
    found = select(Picture.name).where(Picture.name.is_not(None)).distinct().order_by(Picture.name)
    return [name for name in session.scalars(found) if name]


def counted(session: Session, urls: Collection[str]) -> Counted:
    """How many of them are there. Those that were never asked for are missing too."""
    has_name = Picture.name.is_not(None)
    query = select(has_name, Picture.missing_kind, func.count()).where(Picture.url.in_(urls))
    rows = session.execute(query.group_by(has_name, Picture.missing_kind)).all()
    saved = sum(count for there, _, count in rows if there)
    missing = {kind or "": count for there, kind, count in rows if not there}
    if unasked := len(urls) - saved - sum(missing.values()):
        missing[UNASKED] = missing.get(UNASKED, 0) + unasked
    return Counted(saved=saved, missing=missing)


def _write(session: Session, urls: Sequence[str], values: dict[str, Any]) -> None:
    values = values | {"asked_at": func.clock_timestamp()}
    statement = insert(Picture).values([{"url": url} | values for url in urls])
    session.execute(statement.on_conflict_do_update(index_elements=[Picture.url], set_=values))
