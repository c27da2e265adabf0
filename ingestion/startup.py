"""What may go wrong while a program starts, told in one sentence on standard error instead of a traceback."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psycopg2
from psycopg2.errors import UndefinedColumn, UndefinedTable
from redis import RedisError
from sqlalchemy.exc import OperationalError, ProgrammingError

from ingestion.config import ConfigError
from ingestion.embedded import EmbeddedError
from ingestion.redaction import redacted


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Turn the known faults of a start into SystemExit with a sentence, exit code 1."""
    try:
        yield
    except ConfigError as error:
        raise SystemExit(f"settings: {error}") from None
    except EmbeddedError as error:
        raise SystemExit(str(error)) from None
    except OperationalError as error:
        raise SystemExit(f"PostgreSQL does not answer: {_first_line(error.orig)}; check DATABASE_URL") from None
    except ProgrammingError as error:
        if (
            isinstance(error.orig, psycopg2.Error) and error.orig.pgcode is None
        ):  # no word of the server's: it was not asked
            raise SystemExit(f"settings: DATABASE_URL: {_first_line(error.orig)}") from None
        if not isinstance(error.orig, UndefinedTable | UndefinedColumn):
            raise
        raise SystemExit("the database's tables are not up to date: run `python cli.py db upgrade`") from None
    except RedisError as error:
        raise SystemExit(f"Redis does not answer: {_first_line(error)}; check REDIS_URL") from None


def _first_line(error: BaseException | None) -> str:
    return redacted(str(error).strip().splitlines()[0]) if str(error).strip() else type(error).__name__
