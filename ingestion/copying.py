"""COPY of many new rows into a table, in the session's transaction. No function here commits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import islice
from typing import Any

from sqlalchemy import Engine, ExecutionContext, event
from sqlalchemy.orm import Session

from ingestion.models.base import Base

#: Rows of one COPY: so many are in memory twice.
AT_ONCE = 64
_ENCODED = "copied"


def insert(session: Session, into: type[Base], rows: Iterable[dict[str, Any]]) -> int:
    """Insert the rows, which all name the same columns and are asked for as they are needed; how many there were."""
    waiting, count = iter(rows), 0
    while some := list(islice(waiting, AT_ONCE)):
        columns = ", ".join(f'"{name}"' for name in some[0])
        statement = f"COPY {into.__tablename__} ({columns}) FROM STDIN (ENCODING 'UTF8')"
        lines = "".join(_lines(some)).encode()
        session.connection().exec_driver_sql(statement, execution_options={_ENCODED: lines})
        count += len(some)
    return count


def _lines(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield "\t".join(map(_escaped, row.values())) + "\n"


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
    lines = context.execution_options.get(_ENCODED) if context is not None else None
    if lines is None:
        return False
    cursor.copy_expert(statement, BytesIO(lines))
    return True
