"""The engine, and `transaction()`, the only place that commits."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from functools import cache

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from ingestion import config, embedded

CONNECT_TIMEOUT_SECONDS = 5


def database_url() -> str:
    """DATABASE_URL, or the embedded server's. Raises EmbeddedError when there is neither."""
    return config.settings().database_url or embedded.running(config.settings().data_dir).database_url


@cache
def engine() -> Engine:
    """This process's connections. Forked children get connections of their own."""
    made = create_engine(
        database_url(),
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=40,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_SECONDS, "application_name": "quire"},
    )
    # A socket shared by two processes mixes up their answers: the child lets go of the parent's without closing them.
    os.register_at_fork(after_in_child=lambda: made.dispose(close=False))
    return made


@contextlib.contextmanager
def transaction() -> Iterator[Session]:
    """A session whose work is committed when the block ends, and undone when it raises."""
    with Session(engine(), expire_on_commit=False) as session, session.begin():
        yield session
