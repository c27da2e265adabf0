"""Asks PostgreSQL and Redis whether they answer, and knows within a second: a server that hangs is as away as one that is gone.

PostgreSQL is asked over a new connection that is never waited for without a limit (libpq's own limits begin at two seconds,
and none holds for a server that stops in the middle of an answer).
"""

from __future__ import annotations

import select
import time
from contextlib import closing
from typing import Any

import psycopg2
from psycopg2.extensions import POLL_OK, POLL_READ
from redis import RedisError

from ingestion import broker, db
from ingestion.health import Server
from ingestion.redaction import redacted

ANSWER_SECONDS = 1.0


def postgresql() -> tuple[Server, str | None]:
    """Whether PostgreSQL answers, and the revision of its tables; None where there is none."""
    begun = time.monotonic()
    try:
        version, revision = _asked(begun + ANSWER_SECONDS)
    except (psycopg2.Error, TimeoutError) as error:
        return Server(error=reason(error)), None
    return Server(version=version, seconds=time.monotonic() - begun), revision


def redis() -> Server:
    """Whether Redis answers."""
    begun = time.monotonic()
    try:
        told: dict[str, Any] = broker.prompt_connection().info("server")
    except RedisError as error:
        return Server(error=reason(error))
    version = told.get("valkey_version") or told["redis_version"]
    return Server(version=str(version), seconds=time.monotonic() - begun)


def _asked(deadline: float) -> tuple[str, str | None]:
    engine = db.engine()
    positional, named = engine.dialect.create_connect_args(engine.url)
    with closing(psycopg2.connect(*positional, **named, application_name="quire", async_=1)) as connection:
        _wait(connection, deadline)
        (version,) = _row(connection, "SELECT current_setting('server_version')", deadline)
        try:
            (revision,) = _row(connection, "SELECT max(version_num) FROM alembic_version", deadline)
        except psycopg2.errors.UndefinedTable:
            revision = None
        return version.split()[0], revision


def _row(connection: Any, statement: str, deadline: float) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        _wait(connection, deadline)
        found: tuple[Any, ...] = cursor.fetchone()
        return found


def _wait(connection: Any, deadline: float) -> None:
    """Let the connection go on until it has what it waits for. Raises TimeoutError at the deadline."""
    while (state := connection.poll()) != POLL_OK:
        sockets = ([connection], []) if state == POLL_READ else ([], [connection])
        ready = select.select(*sockets, [], max(0.0, deadline - time.monotonic()))
        if not any(ready):
            raise TimeoutError(f"no answer within {ANSWER_SECONDS:.0f} s")


def reason(error: Exception) -> str:
    """The first line of what the server's library says, without passwords."""
    lines = str(error).strip().splitlines()
    return redacted(lines[0]) if lines else type(error).__name__
