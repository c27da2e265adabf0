"""SQL about the database as a whole: what a backup must know of it. It changes nothing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists, inspect, select, text
from sqlalchemy.orm import Session

from ingestion.models import Base, ChapterSearch, NovelGram, NovelSearch

#: Every table of this program, and the one in which the migrations are counted.
NAMES = (*sorted(Base.metadata.tables), "alembic_version")
#: Of these only the form is backed up: workers make them anew of the others.
MADE = tuple(table.__tablename__ for table in (ChapterSearch, NovelGram, NovelSearch))
DROP = f"DROP TABLE IF EXISTS {', '.join(NAMES)} CASCADE"
OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'quire'"
    " AND pid <> pg_backend_pid()"
)


def server_version(session: Session) -> int:
    """The server's major version."""
    number = session.scalar(text("SHOW server_version_num"))
    return int(number or 0) // 10_000


def is_pooled(session: Session) -> bool:
    """Whether a pooler stands between, which shares one session among many: its clients get a process id that is no server's."""
    connection: Any = session.connection().connection.dbapi_connection
    return bool(connection.info.backend_pid != session.scalar(text("SELECT pg_backend_pid()")))


def filled(session: Session) -> list[str]:
    """The names of the tables that have rows."""
    there = set(inspect(session.connection()).get_table_names())
    tables = [table for table in Base.metadata.sorted_tables if table.name in there]
    return [table.name for table in tables if session.scalar(select(exists(select(text("1")).select_from(table))))]


def others(session: Session) -> int:
    """How many other sessions of this program there are: workers, the API."""
    return session.scalar(OTHERS) or 0
