"""Real servers for every test: one PostgreSQL and one Valkey a test process, emptied between two tests."""

from __future__ import annotations

import gc
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
from redis import Redis
from sqlalchemy import delete
from sqlalchemy.engine import make_url

from ingestion import broker, config, db, embedded, events, logs, migrations, queue
from ingestion.crawl import settings as crawl_settings
from ingestion.models import Base
from ingestion.pictures import store
from ingestion.worker import IngestionWorker
from tests.rehearsal import rehearse

gc.disable()  # until all is collected: it would look through all modules a dozen times

#: Those that refer to others first.
TABLES = Base.metadata.sorted_tables[::-1]
#: TRUNCATE, which makes new files, would cost five times as much.
EMPTY = "; ".join(
    [
        "BEGIN",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'quire' AND pid <> pg_backend_pid()",
        f"LOCK TABLE {', '.join(table.name for table in TABLES)}",
        *(str(delete(table)) for table in TABLES),
        "SELECT setval(seqrelid, 1, false) FROM pg_sequence",
        "COMMIT",
    ]
)


def configure(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    """Give this process other settings; everything that was made with the old ones is made anew."""
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    forget()


def pytest_collection_finish() -> None:
    """What was imported stays: neither the collector nor a child forked from this process goes through it again and again."""
    gc.freeze()
    gc.enable()


def forget() -> None:
    """Let go of the settings and of the connections made with them."""
    if db.engine.cache_info().currsize:
        db.engine().dispose()
        url = db.engine().url
        # Kept while it leads to the same place: it has put most statements into SQL before, and children inherit that.
        if not os.environ.get("DATABASE_URL", "").endswith(
            f"{url.username}@/{url.database}?host={url.query.get('host')}"
        ):
            db.engine.cache_clear()
    for made in (broker.connection, broker.prompt_connection):
        if made.cache_info().currsize:
            made().close()
    ours = config.settings, broker.connection, broker.prompt_connection, crawl_settings.loader, store._bucket
    for cached in ours:
        cached.cache_clear()
    events._silent_until = 0.0


@pytest.fixture(scope="session")
def servers() -> Iterator[embedded.Urls]:
    """PostgreSQL and Valkey, with an empty database of the newest schema."""
    with (
        tempfile.TemporaryDirectory(prefix="quire-tests-") as folder,
        embedded.serve(Path(folder), durable=False) as urls,
    ):
        os.environ.update(DATABASE_URL=urls.database_url, REDIS_URL=urls.redis_url)
        forget()
        migrations.upgrade()
        forget()
        rehearse()
        forget()
        yield urls


class Cleaner:
    """Empties the database by one connection: a new one costs as much as the emptying."""

    def __init__(self, servers: embedded.Urls) -> None:
        self._host = make_url(servers.database_url).query["host"]
        self._connect()

    def _connect(self) -> None:
        self._connection = psycopg2.connect(host=self._host, user="postgres", dbname="quire")
        self._connection.autocommit = True

    def empty(self) -> None:
        """Leave nothing of a test behind: no process that still writes, no row."""
        try:
            self._connection.cursor().execute(EMPTY)
        except psycopg2.OperationalError:  # the test has cut all connections
            self._connect()
            self._connection.cursor().execute(EMPTY)


@pytest.fixture(scope="session")
def cleaner(servers: embedded.Urls) -> Cleaner:
    """The database, empty at first."""
    made = Cleaner(servers)
    made.empty()
    return made


@pytest.fixture
def environment(
    servers: embedded.Urls,
    cleaner: Cleaner,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[dict[str, str]]:
    """A migrated database and a Valkey without anything in them, no pace, any number of jobs a host, one attempt a job, no pictures, no index to search, and loopback allowed; the environment that says so."""
    values = {
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "ALLOWED_NETWORKS": "127.0.0.0/8",
        "PACE_SECONDS": "0",
        "PAGE_RETRY_SECONDS": "0",
        "MAX_ATTEMPTS": "1",
        "JOBS_PER_HOST": "64",
        "DATA_DIR": str(tmp_path / "data"),
        "PICTURES": "false",
        "SEARCH": "false",
        "API_HOSTNAMES": "testserver",
    }
    with Redis.from_url(servers.redis_url) as client:
        client.flushall()
    configure(monkeypatch, **values)
    yield values
    forget()
    cleaner.empty()


@pytest.fixture
def work(environment: dict[str, str]) -> Callable[..., None]:
    """Work the queues until they are empty (or `max_jobs` are taken), in this process: each job is forked from it, as from `worker.py`."""

    def until_empty(max_jobs: int | None = None) -> None:
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        logs.configure("test")
        IngestionWorker(queue.ALL, connection=broker.connection()).work(burst=True, max_jobs=max_jobs)
        for number, handler in before.items():
            signal.signal(number, handler)

    return until_empty
