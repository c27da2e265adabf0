"""Behind PgBouncer in transaction mode, where the next transaction may be in another session, everything holds."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from ingestion import db, jobs, migrations
from ingestion.embedded import postgres
from ingestion.embedded.process import await_ready, server
from ingestion.models import Job
from ingestion.status import JobStatus
from tests.commandline import posted, run
from tests.conftest import configure
from tests.mortal import sockets
from tests.processes import ended, post, working
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Site

PGBOUNCER = shutil.which("pgbouncer", path=os.defpath + ":/usr/sbin")
pytestmark = pytest.mark.skipif(PGBOUNCER is None, reason="PgBouncer is not installed")
SESSIONS = 3
CONFIGURATION = """\
[databases]
quire = host={server}
[pgbouncer]
listen_addr =
unix_socket_dir = {here}
auth_type = trust
auth_file = {here}/users
pool_mode = transaction
default_pool_size = {sessions}
"""


@pytest.fixture(autouse=True)
def pooler(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """PgBouncer before the test's own PostgreSQL, with fewer sessions than the processes have connections."""
    with sockets() as here:
        log = here / "log"
        (here / "users").write_text('"postgres" ""\n')
        told = {"server": make_url(environment["DATABASE_URL"]).query["host"], "here": here, "sessions": SESSIONS}
        (here / "ini").write_text(CONFIGURATION.format(**told))
        with server(
            [str(PGBOUNCER), str(here / "ini")], log=log, stop=signal.SIGINT, user=postgres.server_user()
        ) as it:
            await_ready(it, lambda: _ask(here), log=log)
            configure(monkeypatch, DATABASE_URL=f"postgresql://postgres@/quire?host={here}&port=6432")
            yield str(here)


def _ask(here: Path) -> None:
    with contextlib.closing(psycopg2.connect(host=str(here), port=6432, user="postgres", dbname="quire")):
        pass


def test_two_workers_ingest_through_it():
    novels = [plain.render(make_novel(chapters=8, seed=seed)) for seed in (1, 2)]
    with Site(novels[0]) as one, Site(novels[1]) as two, working() as _, working() as _:
        ids = [post(f"{site.url}/index.html") for site in (one, two)]
        ended(*ids)

    with db.transaction() as session:
        found = [session.get_one(Job, id) for id in ids]
        assert [(job.status, job.attempt, job.chapters_saved) for job in found] == [(JobStatus.DONE, 1, 8)] * 2


def test_of_many_claims_at_once_one_gets_the_host():
    first = posted(1)[0]
    others = [post(f"https://example0.org/novel/{n}") for n in range(9)]

    def claim(job_id: int) -> bool:
        with db.transaction() as session:
            return jobs.claim(session, job_id, worker="w", lease_seconds=60, per_host=1) is not None

    with ThreadPoolExecutor(10) as threads:
        assert sum(threads.map(claim, [first, *others])) == 1


def test_who_idles_in_a_transaction_is_ended_in_whatever_session_it_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(db, "IDLE_IN_TRANSACTION_SECONDS", 0.1)
    with ThreadPoolExecutor(SESSIONS * 2) as threads:
        for slept in [threads.submit(_sleeps) for _ in range(SESSIONS * 2)]:
            with pytest.raises(DBAPIError) as raised:
                slept.result()
            assert db.is_outage(raised.value)

    with db.transaction() as session:
        assert session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "100ms"
    with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as bare:
        assert bare.scalar(text("SHOW idle_in_transaction_session_timeout")) == "0"


def _sleeps() -> None:
    with db.transaction() as session:
        session.scalar(text("SELECT 1"))
        time.sleep(0.5)
        session.scalar(text("SELECT 1"))


def test_migrations_run_through_it():
    migrations.downgrade("0007")
    migrations.upgrade()

    assert migrations.is_current()


def test_a_backup_and_a_restore_go_past_it_or_are_refused(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    file = tmp_path / "library.tar"
    refused = run("backup", file)
    configure(monkeypatch, DATABASE_DIRECT_URL=environment["DATABASE_URL"])
    made = run("backup", file)
    configure(monkeypatch, DATABASE_DIRECT_URL="")
    refused_too = run("restore", file)

    assert (refused.exit_code, made.exit_code, refused_too.exit_code) == (1, 0, 1)
    assert "say in DATABASE_DIRECT_URL where PostgreSQL itself is" in str(refused.exception)
    assert str(refused_too.exception) == str(refused.exception)
