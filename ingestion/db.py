"""The engine; `transaction()`, the only place that commits; and `patiently()`, which outlasts the database's absence."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import TypeVar

import psycopg2
import structlog
from sqlalchemy import URL, Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import DBAPIError, TimeoutError
from sqlalchemy.orm import Session

from ingestion import config, embedded

log = structlog.get_logger(__name__)

CONNECT_TIMEOUT_SECONDS = 5
#: How our sessions are told from others.
APPLICATION = "quire"
#: A process that stops in the middle of a transaction (SIGSTOP, a lost machine) gives up its locks after this long.
IDLE_IN_TRANSACTION_SECONDS = 10
#: A peer that is gone without a word (a lost machine, a cut cable) is noticed after this long. TCP only.
KEEPALIVES = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}
FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 2.0
#: SQLSTATE classes that pass: connection exception, rollback (deadlock), resources (disk full), operator intervention,
#: system error; a server that is read-only for now; a transaction in which this process slept for too long.
PASSING = ("08", "40", "53", "57", "58", "25006", "25P03")

T = TypeVar("T")


def database_url() -> str:
    """DATABASE_URL, or the embedded server's. Raises EmbeddedError when there is neither."""
    return config.settings().database_url or embedded.running(config.settings().data_dir).database_url


def direct_url() -> URL:
    """Where PostgreSQL is without a pooler between, for programs that need a session of their own. Raises EmbeddedError."""
    return make_url(config.settings().database_direct_url or database_url())


@cache
def engine() -> Engine:
    """This process's connections. Forked children get connections of their own."""
    made = create_engine(
        database_url(),
        pool_pre_ping=True,
        executemany_mode="values_plus_batch",  # many rows go to the server together, and not one after the other
        hide_parameters=True,  # an error's text goes to logs and users; whole chapters do not
        pool_size=10,
        max_overflow=40,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_SECONDS, "application_name": APPLICATION, **KEEPALIVES},
    )
    event.listen(made, "begin", _limit_idleness)
    # A socket shared by two processes mixes up their answers: the child lets go of the parent's without closing them.
    os.register_at_fork(after_in_child=lambda: made.dispose(close=False))
    return made


@contextlib.contextmanager
def transaction() -> Iterator[Session]:
    """A session whose work is committed when the block ends, and undone when it raises."""
    with Session(engine(), expire_on_commit=False) as session, session.begin():
        yield session


def now(session: Session) -> datetime:
    """The database's time, which is the same for every machine: of the moment, not of the transaction's beginning."""
    moment: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return moment


def patiently(work: Callable[[Session], T], *, unless: Callable[[], bool] = lambda: False) -> T:
    """Do `work` in a transaction, again and again for as long as the database is away, or until `unless` says so.

    `work` must bear to be done twice: the answer to a commit may be lost though the commit was not. Raises what `work`
    raises, and the outage once `unless` holds.
    """
    seconds = FIRST_WAIT_SECONDS
    while True:
        try:
            with transaction() as session:
                return work(session)
        except (DBAPIError, TimeoutError) as error:
            if not is_outage(error) or unless():
                raise
            log.warning("PostgreSQL is away, waiting for it", seconds=seconds, error=str(error).splitlines()[0])
        time.sleep(seconds)
        seconds = min(2 * seconds, LONGEST_WAIT_SECONDS)


def is_outage(error: Exception) -> bool:
    """Whether the error is the database's state, which passes, and not what was asked of it (PostgreSQL, appendix A)."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, TimeoutError)
    code: str | None = getattr(error.orig, "pgcode", None)
    if code is None:  # no answer at all: the connection could not be made, or broke
        no_answer = isinstance(error.orig, psycopg2.OperationalError | psycopg2.InterfaceError)
        return no_answer or type(error.orig) is psycopg2.DatabaseError
    return code.startswith(PASSING)


def _limit_idleness(connection: Connection) -> None:
    """In each transaction anew: a pooler that divides a session among many (PgBouncer) keeps nothing that was set before."""
    connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = '{IDLE_IN_TRANSACTION_SECONDS}s'")
