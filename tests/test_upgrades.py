"""Migrations on data, up and down and many at once, and what they must leave to the version before."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from ingestion import db, migrations
from ingestion.status import JobStatus
from tests import schema
from tests.conftest import forget
from tests.library import Work, ingest, novel
from tests.schema import Column, Look, Shape
from tests.sites import plain
from tests.sites.web import Site
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("environment")

TAKE_LOCK = text("SELECT pg_advisory_xact_lock(4200001)")
WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
CONTRACT = "Contract:"


@pytest.fixture
def anew(environment: dict[str, str]) -> Iterator[None]:
    """A database without tables; afterwards it has them again, whatever the test did."""
    migrations.downgrade("base")
    yield
    migrations.downgrade("base")
    migrations.upgrade()


def test_rows_of_every_version_come_up_and_down_and_the_version_before_goes_on(anew: None):
    known = migrations.revisions()
    rows, shapes = {}, {}
    for number, revision in enumerate(known, start=1):
        migrations.upgrade(revision=revision)
        with db.engine().begin() as connection:
            look = Look(connection)
            schema.kept(rows, look.rows(connection))
            broken = schema.broken(shapes, look.shapes())
            assert not broken or is_contract(revision), f"{revision}: {broken}; see CONTRIBUTING.md, Change the tables"
            look.fill(connection, number)
            rows, shapes = look.rows(connection), look.shapes()
    for revision in known[-2::-1]:
        migrations.downgrade(revision)
        with db.engine().connect() as connection:
            before, rows = rows, Look(connection).rows(connection)
        schema.kept(before, rows)
    assert len(rows["job"]) == len(known)


def is_contract(revision: str) -> bool:
    script = next(path for path in migrations.VERSIONS.glob(f"{revision}_*.py"))
    return CONTRACT in (import_module(f"ingestion.migrations.versions.{script.stem}").__doc__ or "")


def test_what_breaks_the_version_before_is_seen():
    column = Column(type="TEXT", may_be_null=True, fills_itself=False)
    required = replace(column, may_be_null=False)
    before = {
        "job": Shape(columns={"a": column, "b": column, "c": column}, unique={frozenset("a")}),
        "page": Shape(columns={}, unique=set()),
    }
    now = {"a": required, "b": replace(column, type="BIGINT"), "d": required, "e": replace(required, fills_itself=True)}
    after = {"job": Shape(columns=now, unique={frozenset("ab"), frozenset("ae")}), "task": before["job"]}

    assert schema.broken(before, before) == []
    assert schema.broken(before, after) == [
        "job.a may no longer be null",
        "job.b has another type",
        "job.d must be given, and code of before does not know of it",
        "job: ['a', 'b'] must be unique",
        "the column job.c is gone",
        "the table page is gone",
    ]


def test_of_many_that_begin_at_once_one_migrates_and_the_others_wait(anew: None):
    with db.engine().connect() as migrating, migrating.begin():
        migrating.execute(TAKE_LOCK)
        children = [begun() for _ in range(3)]
        until(lambda: waiting() == 3, "nobody waits for the lock")
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]

    assert codes == [0, 0, 0]
    assert migrations.is_current()


def begun() -> int:
    """A process that upgrades, and leaves with 0 when it has."""
    if pid := os.fork():
        return pid
    code = 1
    try:
        forget()
        migrations.upgrade()
        code = 0
    finally:
        os._exit(code)


def waiting() -> int:
    with db.engine().connect() as connection:
        return connection.scalar(WAITING) or 0


@pytest.fixture
def one_ahead(environment: dict[str, str]) -> Iterator[None]:
    """A database that a newer version has migrated: every table has got columns, and there is one more."""
    with db.engine().connect() as connection:
        names = list(Look(connection).shapes())
    expand = [f"ALTER TABLE {name} ADD COLUMN mood text, ADD COLUMN weight int NOT NULL DEFAULT 7" for name in names]
    undo = [f"ALTER TABLE {name} DROP COLUMN mood, DROP COLUMN weight" for name in names]
    head = migrations.revisions()[-1]
    run(*expand, "CREATE TABLE shelf (id int PRIMARY KEY)", "UPDATE alembic_version SET version_num = '9999'")
    yield
    forget()
    run(*undo, "DROP TABLE shelf", f"UPDATE alembic_version SET version_num = '{head}'")  # noqa: S608 - ours


def run(*statements: str) -> None:
    with db.engine().begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_this_version_goes_on_with_the_tables_of_the_next(one_ahead: None, work: Work):
    with capture_logs() as told:
        migrations.upgrade()
    assert [one["newer"] for one in told] == [{"9999"}]
    assert migrations.is_current()
    with Site(plain.render(novel())) as site:
        first = ingest(f"{site.url}/index.html", work)
        again = ingest(f"{site.url}/index.html", work)

    assert [(job.status, job.chapters_saved) for job in (first, again)] == [(JobStatus.DONE, 6)] * 2
    assert migrations.current() == "9999"
