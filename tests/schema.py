"""The database's tables as they are, whatever the program knows of them: rows for all of them, and what a change breaks for code of before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, MetaData, PrimaryKeyConstraint, Table, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.types import TypeEngine

#: Columns that hold one of a few words.
WORDS = {"priority": "default", "refresh": "new", "scope": "read", "matter": "chapter"}
STATUSES = {"job": "done", "job_event": "done", "novel": "completed"}
VALUES: dict[type, Any] = {
    bool: False,
    datetime: datetime(2026, 1, 1, tzinfo=UTC),
    timedelta: timedelta(hours=1),
    float: 0.5,
}

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Column:
    """What code that knows the column, or does not, depends on."""

    type: str
    may_be_null: bool
    fills_itself: bool


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A table's columns, and which of them are unique together."""

    columns: dict[str, Column]
    unique: set[frozenset[str]]


class Look:
    """The tables as they were at this moment, those that others refer to first; all but the one of the migrations."""

    def __init__(self, connection: Connection) -> None:
        found = MetaData()
        found.reflect(connection)
        self._tables = [table for table in found.sorted_tables if table.name != "alembic_version"]

    def fill(self, connection: Connection, number: int) -> None:
        """Put a row into every table, told from other rows by its number, and referring to rows of the same number."""
        for table in self._tables:
            given = [column for column in table.columns if not column.computed]
            connection.execute(
                table.insert().values({c.name: _value(table.name, c.name, c.type, number) for c in given})
            )

    def rows(self, connection: Connection) -> Rows:
        """All rows of all tables."""
        return {
            table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
            for table in self._tables
        }

    def shapes(self) -> dict[str, Shape]:
        """The tables' shapes by name."""
        return {table.name: _shape(table) for table in self._tables}


def _value(table: str, column: str, kind: TypeEngine[Any], number: int) -> Any:
    if column == "status" and table in STATUSES:
        return STATUSES[table]
    if column in WORDS:
        return WORDS[column]
    if isinstance(kind, ARRAY):
        return [f"{column} {number}"]
    if isinstance(kind, JSONB):
        return {column: number}
    python = str if isinstance(kind, TSVECTOR) else kind.python_type
    if python in VALUES:
        return VALUES[python]
    return {int: number, bytes: f"{column} {number}".encode()}.get(python, f"{column} {number}")


def _shape(table: Table) -> Shape:
    columns = {
        column.name: Column(
            type=str(column.type),
            may_be_null=bool(column.nullable),
            fills_itself=bool(column.server_default or column.identity or column.computed),
        )
        for column in table.columns
    }
    keys: list[Any] = [one for one in table.constraints if isinstance(one, UniqueConstraint | PrimaryKeyConstraint)]
    keys += [index for index in table.indexes if index.unique]
    return Shape(columns=columns, unique={frozenset(column.name for column in key.columns) for key in keys})


def kept(before: Rows, after: Rows) -> None:
    """Fail unless what both know is the same: the rows of the tables, as far as the columns go."""
    for name in before.keys() & after.keys():
        shared = before[name][0].keys() & after[name][0].keys() if before[name] and after[name] else set()
        assert _of(before[name], shared) == _of(after[name], shared), name


def _of(found: list[dict[str, Any]], columns: set[str]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in columns} for row in found]


def broken(before: dict[str, Shape], after: dict[str, Shape]) -> list[str]:
    """What code that was written for the tables of before can no longer do."""
    found = [f"the table {name} is gone" for name in before.keys() - after.keys()]
    for name in before.keys() & after.keys():
        found += _broken(name, before[name], after[name])
    return sorted(found)


def _broken(table: str, before: Shape, after: Shape) -> list[str]:
    old, new = before.columns, after.columns
    found = [f"the column {table}.{name} is gone" for name in old.keys() - new.keys()]
    for name in old.keys() & new.keys():
        if old[name].type != new[name].type:
            found.append(f"{table}.{name} has another type")
        if old[name].may_be_null and not new[name].may_be_null:
            found.append(f"{table}.{name} may no longer be null")
    needs = [name for name in new.keys() - old.keys() if not (new[name].may_be_null or new[name].fills_itself)]
    found += [f"{table}.{name} must be given, and code of before does not know of it" for name in needs]
    return found + [
        f"{table}: {sorted(key)} must be unique" for key in after.unique - before.unique if key <= old.keys()
    ]
