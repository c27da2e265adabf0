"""Which errors of the database pass by themselves, on real ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ingestion import db
from tests.conftest import configure, forget
from tests.waiting import until

PAIR = "CREATE TABLE pair (n int PRIMARY KEY, word text UNIQUE)"


@pytest.fixture(autouse=True)
def table(environment: dict[str, str]) -> Iterator[None]:
    with db.transaction() as session:
        session.execute(text(PAIR))
        session.execute(text("INSERT INTO pair VALUES (1, 'one'), (2, 'two')"))
    yield
    forget()  # a test may have gone to another server
    engine = create_engine(environment["DATABASE_URL"])
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE pair"))
    engine.dispose()


def sql(*statements: str) -> Callable[[], None]:
    def run() -> None:
        with db.transaction() as session:
            for statement in statements:
                session.execute(text(statement))

    return run


def deadlock() -> None:
    """Two transactions that want what the other has; raises in this one, the only one that looks for deadlocks soon."""

    def other() -> None:
        with Session(db.engine()) as session:
            session.execute(text("SET LOCAL deadlock_timeout = '60s'"))
            session.execute(text("UPDATE pair SET word = 'b' WHERE n = 2"))
            session.execute(text("UPDATE pair SET word = 'a' WHERE n = 1"))

    thread = threading.Thread(target=other)
    try:
        with db.transaction() as session:
            session.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
            session.execute(text("UPDATE pair SET word = 'c' WHERE n = 1"))
            thread.start()
            until(somebody_waits, "the other transaction did not come so far")
            session.execute(text("UPDATE pair SET word = 'd' WHERE n = 2"))
    finally:
        thread.join()


def somebody_waits() -> bool:
    with db.transaction() as session:
        return session.scalars(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).one() > 0


def nobody_there() -> None:
    create_engine("postgresql+psycopg2://nobody@127.0.0.1:1/none").connect()


def no_such_folder() -> None:
    create_engine("postgresql+psycopg2://postgres@/quire?host=/nonexistent").connect()


LEAVE = "SELECT pg_terminate_backend(pg_backend_pid())"
LONG = "INSERT INTO pair SELECT 3, string_agg(md5(n::text), '') FROM generate_series(1, 3000) n"


def idled() -> None:
    with db.transaction() as session:
        session.execute(text("SET LOCAL idle_in_transaction_session_timeout = '10ms'"))
        threading.Event().wait(0.5)
        session.execute(text("SELECT 1"))


@pytest.mark.parametrize(
    ("fails", "passes"),
    [
        pytest.param(sql("SELEKT 1"), False, id="bad SQL"),
        pytest.param(sql("SELECT * FROM nothing"), False, id="no such table"),
        pytest.param(sql("SELECT 1/0"), False, id="division by zero"),
        pytest.param(sql("INSERT INTO pair VALUES (1, 'three')"), False, id="unique violation"),
        pytest.param(sql(LONG), False, id="index row too large"),
        pytest.param(sql(f"SELECT {'(' * 20_000}1{')' * 20_000}"), False, id="statement too complex"),
        pytest.param(sql(LEAVE), True, id="administrator shutdown"),
        pytest.param(sql("SET LOCAL statement_timeout = 10", "SELECT pg_sleep(5)"), True, id="cancelled"),
        pytest.param(sql("SET TRANSACTION READ ONLY", "DELETE FROM pair"), True, id="read-only"),
        pytest.param(deadlock, True, id="deadlock"),
        pytest.param(idled, True, id="idle for too long in a transaction"),
        pytest.param(nobody_there, True, id="connection refused"),
        pytest.param(no_such_folder, True, id="no socket"),
    ],
)
def test_an_outage_is_told_from_a_fault(fails: Callable[[], None], passes: bool):
    with pytest.raises(DBAPIError) as raised:
        fails()

    assert db.is_outage(raised.value) is passes, repr(raised.value)[:300]


def test_other_errors_are_no_outage():
    assert not db.is_outage(ValueError("x"))
    assert not db.is_outage(RuntimeError("connection refused"))


def test_what_fails_for_its_own_fault_is_not_tried_twice():
    tried = []

    def fault(session: Session) -> None:
        tried.append(1)
        session.execute(text("INSERT INTO pair VALUES (1, 'three')"))

    with pytest.raises(DBAPIError, match="duplicate key"):
        db.patiently(fault)
    assert len(tried) == 1


def test_what_an_outage_stopped_is_done_again_whole():
    tried = []

    def work(session: Session) -> str:
        tried.append(1)
        session.execute(text("INSERT INTO pair VALUES (3, 'three')"))
        if len(tried) == 1:
            session.execute(text(LEAVE))
        return session.scalars(text("SELECT word FROM pair WHERE n = 3")).one()

    assert db.patiently(work) == "three"
    assert len(tried) == 2


def test_who_is_told_to_stop_does_not_wait(monkeypatch: pytest.MonkeyPatch):
    configure(monkeypatch, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")

    with pytest.raises(DBAPIError, match="refused"):
        db.patiently(lambda session: session.execute(text("SELECT 1")), unless=lambda: True)
