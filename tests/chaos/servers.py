"""PostgreSQL and Valkey as child processes that can be killed and started again on the same data, each behind a proxy."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path

import psutil
from redis import Redis

from ingestion.embedded import postgres, valkey
from tests.chaos.proxy import Proxy

Serve = Callable[[], AbstractContextManager[str]]


class Server:
    """One server. Start it from the thread that lives longest: its children are told to die with that."""

    def __init__(self, serve: Serve, pid: Callable[[], int]) -> None:
        self._serve, self._pid = serve, pid
        self._running: ExitStack | None = None
        self.url = ""

    @property
    def up(self) -> bool:
        """Whether it runs."""
        return self._running is not None

    def start(self) -> None:
        """Run on the data that the last run left; nothing when it runs already."""
        if self._running is None:
            with ExitStack() as stack:
                self.url = stack.enter_context(self._serve())
                self._running = stack.pop_all()

    def kill(self, number: signal.Signals) -> None:
        """Send the signal and wait for the end; nothing when it does not run."""
        if self._running is not None:
            process = psutil.Process(self._pid())
            process.send_signal(number)
            # It is our child: the wait in the context manager below reaps it.
            while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                time.sleep(0.01)
            self.stop()

    def stop(self) -> None:
        """Stop it as an operator would."""
        running, self._running = self._running, None
        if running is not None:
            running.close()


class Servers:
    """Both, with their data and sockets below one folder, and a proxy before each."""

    def __init__(self, root: Path, sockets: Path) -> None:
        self._sockets = sockets
        data = root / "postgres"
        self.postgres = Server(
            partial(postgres.serve, data, sockets, durable=True),
            lambda: int((data / "postmaster.pid").read_text().splitlines()[0]),
        )
        self.valkey = Server(partial(valkey.serve, root / "valkey", sockets, durable=True), lambda: self._valkey_pid)
        self._valkey_pid = 0
        self.to_postgres = Proxy(sockets / ".s.PGSQL.5432")
        self.to_valkey = Proxy(sockets / "valkey.sock")

    def start(self) -> None:
        """Run what does not run."""
        self.postgres.start()
        if not self.valkey.up:
            self.valkey.start()
            with self.redis() as client:
                self._valkey_pid = int(client.info("server")["process_id"])

    def redis(self) -> Redis:
        """Valkey without the proxy."""
        return Redis(unix_socket_path=str(self._sockets / "valkey.sock"))

    def environment(self) -> dict[str, str]:
        """What leads the system to the proxies."""
        return {
            "DATABASE_URL": f"postgresql://postgres@127.0.0.1:{self.to_postgres.port}/quire",
            "REDIS_URL": f"redis://127.0.0.1:{self.to_valkey.port}/0",
        }


@contextlib.contextmanager
def serve(root: Path) -> Iterator[Servers]:
    """Both servers on empty data until the block ends."""
    sockets = Path(tempfile.mkdtemp(prefix="quire-"))
    if user := postgres.server_user():
        shutil.chown(sockets, user)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, sockets, ignore_errors=True)
        servers = Servers(root, sockets)
        stack.callback(servers.postgres.stop)
        stack.callback(servers.valkey.stop)
        servers.start()
        stack.enter_context(servers.to_postgres)
        stack.enter_context(servers.to_valkey)
        yield servers


def kill_tree(pid: int) -> None:
    """End a process of ours and all that it started, stopped ones included."""
    with contextlib.suppress(psutil.NoSuchProcess):  # gone already
        process = psutil.Process(pid)
        for one in [*process.children(recursive=True), process]:
            with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
                os.kill(one.pid, signal.SIGKILL)
