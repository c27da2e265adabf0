"""A real server on loopback for all tests of live updates, and real clients."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx2
from fastapi import FastAPI
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from ingestion.api.live.hub import Hub
from ingestion.api.server import Server
from ingestion.system import free_port
from tests import applications
from tests.waiting import until

PATIENCE = 10
Said = dict[str, Any]


class Served:
    """A server, and how it is asked."""

    def __init__(self, app: FastAPI) -> None:
        self.port = free_port()
        self.hub: Hub = app.state.hub
        self.server = Server(app, host="127.0.0.1", port=self.port)
        self._thread = threading.Thread(target=self.server.run, daemon=True)

    def start(self) -> None:
        self._thread.start()
        until(lambda: self.server.started, "the server did not start")

    def stop(self) -> None:
        self.server.should_exit = True
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the server did not stop"

    def socket(self, path: str, **options: Any) -> ClientConnection:
        """A WebSocket to the server."""
        return connect(f"ws://127.0.0.1:{self.port}{path}", **options)

    def get(self, path: str, **options: Any) -> httpx2.Response:
        return httpx2.get(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE, **options)

    def post(self, path: str, **options: Any) -> httpx2.Response:
        return httpx2.post(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE, **options)

    @contextlib.contextmanager
    def stream(self, path: str, **options: Any) -> Iterator[Iterator[Said]]:
        """Server-Sent Events as they come; what a comment says is `said`."""
        with httpx2.stream("GET", f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE, **options) as answer:
            assert answer.headers["Content-Type"].startswith("text/event-stream"), answer.read()
            yield _events(answer.iter_lines())


@contextlib.contextmanager
def served(app: FastAPI | None = None) -> Iterator[Served]:
    """A server of the API, or of `app`, in a thread, until the block ends."""
    made = Served(app or applications.api())
    made.start()
    try:
        yield made
    finally:
        made.stop()


def hear(socket: ClientConnection, kind: str | None = None) -> Said:
    """The next message (of this kind)."""
    while True:
        said: Said = json.loads(socket.recv(timeout=PATIENCE))
        if kind in {None, said["type"]}:
            return said


def rest(socket: ClientConnection) -> list[Said]:
    """All messages until the server closes, but for heartbeats and unasked progress."""
    told = []
    with contextlib.suppress(ConnectionClosed):
        while True:
            told.append(hear(socket))
    return [said for said in told if said["type"] in {"snapshot", "event"}]


def steps(messages: list[Said]) -> list[str]:
    """Where the events among them say that jobs came to."""
    return [said["event"]["status"] for said in messages if said["type"] == "event"]


def _events(lines: Iterator[str]) -> Iterator[Said]:
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if line and name:
            fields[name] = value.removeprefix(" ")
        elif line:
            yield {"type": "comment", "said": value.strip()}
        elif "data" in fields:
            said = json.loads(fields["data"])
            assert (said["type"], str(said.get("id", ""))) == (fields["event"], fields.get("id", ""))
            yield said
        if not line:
            fields = {}
