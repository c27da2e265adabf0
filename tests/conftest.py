"""Real servers for every test: one PostgreSQL and one Valkey a test process, a database of its own for each test."""

from __future__ import annotations

import itertools
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
from redis import Redis
from sqlalchemy.engine import make_url

from ingestion import broker, config, db, embedded, logs, migrations, queue
from ingestion.worker import IngestionWorker

_numbers = itertools.count()


def configure(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    """Give this process other settings; everything that was made with the old ones is made anew."""
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    forget()


def forget() -> None:
    """Let go of the settings and of the connections made with them."""
    if db.engine.cache_info().currsize:
        db.engine().dispose()
    for cached in (config.settings, db.engine, broker.connection):
        cached.cache_clear()


@pytest.fixture(scope="session")
def servers() -> Iterator[embedded.Urls]:
    """PostgreSQL and Valkey, with an empty database of the newest schema to copy from."""
    with (
        tempfile.TemporaryDirectory(prefix="quire-tests-") as folder,
        embedded.serve(Path(folder), durable=False) as urls,
    ):
        os.environ.update(DATABASE_URL=urls.database_url, REDIS_URL=urls.redis_url)
        forget()
        migrations.upgrade()
        forget()
        yield urls


@pytest.fixture
def environment(servers: embedded.Urls, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A migrated database of this test's own, an empty Valkey, no pace, one attempt a job, and loopback allowed; the environment that says so."""
    name = f"test_{next(_numbers)}"
    _administer(servers, f"CREATE DATABASE {name} TEMPLATE quire STRATEGY FILE_COPY")
    values = {
        "DATABASE_URL": make_url(servers.database_url).set(database=name).render_as_string(hide_password=False),
        "REDIS_URL": servers.redis_url,
        "ALLOWED_NETWORKS": "127.0.0.0/8",
        "PACE_SECONDS": "0",
        "PAGE_RETRY_SECONDS": "0",
        "MAX_ATTEMPTS": "1",
        "DATA_DIR": str(tmp_path / "data"),
    }
    with Redis.from_url(servers.redis_url) as client:
        client.flushall()
    configure(monkeypatch, **values)
    yield values
    forget()
    _administer(servers, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def work(environment: dict[str, str]) -> Callable[[], None]:
    """Work the queues until they are empty, in this process: each job is forked from it, as it is from `worker.py`."""

    def until_empty() -> None:
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        logs.configure("test")
        IngestionWorker(list(queue.NAMES.values()), connection=broker.connection()).work(burst=True)
        for number, handler in before.items():
            signal.signal(number, handler)

    return until_empty


def _administer(servers: embedded.Urls, statement: str) -> None:
    url = make_url(servers.database_url)
    connection = psycopg2.connect(host=url.query["host"], user="postgres", dbname="postgres")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()
