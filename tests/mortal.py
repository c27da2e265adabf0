"""Servers of a test's own, that it may kill and start again on the same data."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
from redis import ConnectionError, Redis

from ingestion import embedded
from ingestion.embedded import postgres, valkey


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder for data. Not pytest's: each pytest that starts closes the way to that for PostgreSQL's own user."""
    with tempfile.TemporaryDirectory(prefix="quire-tests-") as made:
        yield Path(made)


@contextlib.contextmanager
def sockets() -> Iterator[Path]:
    """A folder for their sockets."""
    with embedded._socket_dir() as made:
        yield made


class Postgres:
    """PostgreSQL on `data`, durable, so that what was committed outlives a kill."""

    def __init__(self, data: Path, sockets: Path) -> None:
        self._data = data
        self._sockets = sockets
        self._running = contextlib.ExitStack()
        self.url = ""

    def start(self) -> None:
        """Start, and wait until it answers; nothing if it runs."""
        if not self._lives():
            self._running.close()
            self.url = self._running.enter_context(postgres.serve(self._data, self._sockets, durable=True))

    def kill(self) -> None:
        """Stop in immediate mode: no good-bye to anybody, and a recovery at the next start."""
        os.kill(int((self._data / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        self._running.close()

    def close(self) -> None:
        self._running.close()

    def _lives(self) -> bool:
        with contextlib.suppress(psycopg2.OperationalError):
            psycopg2.connect(host=str(self._sockets), user="postgres", dbname="postgres").close()
            return True
        return False


class Valkey:
    """Valkey that forgets all when it is stopped."""

    def __init__(self, folder: Path, sockets: Path, *, durable: bool = False) -> None:
        self._folder = folder
        self._sockets = sockets
        self._durable = durable
        self._running = contextlib.ExitStack()
        self.url = ""

    def start(self) -> None:
        self.url = self._running.enter_context(valkey.serve(self._folder, self._sockets, durable=self._durable))

    def shut_down(self) -> None:
        self.ask("SHUTDOWN", "NOSAVE")
        self._running.close()

    def ask(self, *command: str) -> object:
        """Send one command; the answer, None when there is none since the server leaves."""
        with Redis.from_url(self.url) as client, contextlib.suppress(ConnectionError):
            return client.execute_command(*command)
        return None

    def close(self) -> None:
        self._running.close()
