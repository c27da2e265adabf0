"""A server that sends what it is told to, byte by byte: answers that are no HTTP, or that never end."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterable, Mapping
from typing import Any


class Raw:
    """A server on loopback that lives as long as its `with` block. `answers` maps a path to the pieces that are sent for it."""

    def __init__(self, answers: Mapping[str, Iterable[bytes]]) -> None:
        handler = type("Handler", (_Handler,), {"answers": dict(answers)})
        self._server = _Server(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Raw:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: that the client leaves is what the tests want."""


class _Handler(socketserver.StreamRequestHandler):
    answers: Mapping[str, Iterable[bytes]]

    def handle(self) -> None:
        path = self.rfile.readline().split(b" ")[1].decode()
        while self.rfile.readline().strip():
            pass
        nothing = [b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"]
        with contextlib.suppress(OSError):  # the client has had enough
            for piece in self.answers.get(path, nothing):
                self.wfile.write(piece)
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
