"""COPY of many new rows into a table, in the session's transaction. No function here commits.

PostgreSQL waits for the next row for ever, with no limit that would end it (idle_in_transaction_session_timeout and
statement_timeout do not): recovery ends what waits for a process that has stopped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from sqlalchemy import Engine, ExecutionContext, event, text
from sqlalchemy.orm import Session

from ingestion import db
from ingestion.models.base import Base

_ROWS = "copied"
#: Bytes after which a statement ends and the next begins: it takes a few seconds at the most, so that a long one is known to be stuck.
ENOUGH = 16_000_000
STUCK_SECONDS = 60
_END_STUCK = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
    " AND application_name = :ours AND state = 'active' AND wait_event = 'ClientRead'"
    " AND query LIKE 'COPY % FROM STDIN%' AND query_start < clock_timestamp() - make_interval(secs => :seconds)"
)


def insert(session: Session, into: type[Base], rows: Iterable[dict[str, Any]]) -> int:
    """Insert the rows, which all name the same columns; how many there were. One is made while the server takes the one before."""
    count, waiting = 0, iter(rows)
    for first in waiting:
        columns = ", ".join(f'"{name}"' for name in first)
        statement = f"COPY {into.__tablename__} ({columns}) FROM STDIN (ENCODING 'UTF8')"
        lines = _Lines(chain([first], waiting))
        session.connection().exec_driver_sql(statement, execution_options={_ROWS: lines})
        count += lines.count
    return count


def end_stuck(session: Session) -> int:
    """End the sessions that have waited for a row for so long that their process must have stopped; how many there were.

    What it had locked is free then, and should it go on, it finds its transaction undone.
    """
    return len(session.scalars(_END_STUCK, {"ours": db.APPLICATION, "seconds": STUCK_SECONDS}).all())


class _Lines:
    """Rows as the file that psycopg2 reads. It would tell a fault in there as a statement that was cancelled, so `fault` keeps it."""

    def __init__(self, rows: Iterator[dict[str, Any]]) -> None:
        self._rows = rows
        self._size = 0
        self.count = 0
        self.fault: Exception | None = None

    def read(self, _size: int) -> bytes:
        """The next row; nothing at the end, where there is enough, or at a fault."""
        try:
            row = next(self._rows, None) if self._size < ENOUGH else None
            line = b"" if row is None else ("\t".join(map(_escaped, row.values())) + "\n").encode()
        except Exception as fault:
            self.fault = fault
            return b""
        self.count += bool(line)
        self._size += len(line)
        return line


def _escaped(value: object) -> str:
    """A value as COPY's text format has it."""
    if value is None:
        return r"\N"
    if isinstance(value, bytes):
        return rf"\\x{value.hex()}"
    told = str(value).replace("\\", r"\\")
    return told.replace("\n", r"\n").replace("\r", r"\r").replace("\t", r"\t")


@event.listens_for(Engine, "do_execute")
def _copy(cursor: Any, statement: str, _parameters: object, context: ExecutionContext | None) -> bool:
    """Run the statement as psycopg2 has it; its errors are SQLAlchemy's, as those of any other."""
    lines = context.execution_options.get(_ROWS) if context is not None else None
    if lines is None:
        return False
    cursor.copy_expert(statement, lines)
    if lines.fault is not None:
        raise lines.fault
    return True
