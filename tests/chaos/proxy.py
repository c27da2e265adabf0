"""A loopback TCP port in front of a Unix socket, whose connections can be cut, refused and stalled."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from pathlib import Path

#: Below what systems hand out to clients, so that nobody takes the port while it refuses.
PORTS = range(20_000, 32_000)
CHUNK = 65_536


class Proxy:
    """Passes bytes both ways until told otherwise; lives as long as its `with` block."""

    def __init__(self, upstream: Path) -> None:
        self._upstream = upstream
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._flowing = threading.Event()
        self._flowing.set()
        self._listener: socket.socket | None = None
        self.port = 0

    def __enter__(self) -> Proxy:
        while self._listener is None:
            self.port = random.choice(PORTS)
            with contextlib.suppress(OSError):  # somebody else's port: the next one
                self._listen()
        return self

    def __exit__(self, *failure: object) -> None:
        self._flowing.set()
        self.refuse()

    def cut(self) -> None:
        """End every connection there is; new ones are welcome."""
        with self._lock:
            found = list(self._open)
        for end in found:
            _hang_up(end)

    def refuse(self) -> None:
        """End every connection there is, and take no new one until `heal`."""
        if self._listener is not None:
            _hang_up(self._listener)  # wakes the thread that accepts
            self._listener.close()
            self._listener = None
        self.cut()

    def stall(self) -> None:
        """Accept, and pass nothing on until `heal`."""
        self._flowing.clear()

    def heal(self) -> None:
        """Pass everything on again, what waited included."""
        self._flowing.set()
        if self._listener is None:
            self._listen()

    def _listen(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", self.port))
            listener.listen(128)
        except OSError:
            listener.close()
            raise
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # the listener was closed: refused from now on
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            ends = {client, server}
            with self._lock:
                self._open |= ends
            with contextlib.suppress(OSError):  # the server is down, or was cut off meanwhile: so is the client
                self._flowing.wait()
                server.connect(str(self._upstream))
                back = threading.Thread(target=self._pump, args=(server, client), daemon=True)
                back.start()
                self._pump(client, server)
                back.join()
            with self._lock:
                self._open -= ends

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):  # one end is gone, and the other goes with it
            while data := source.recv(CHUNK):
                self._flowing.wait()
                target.sendall(data)
        _hang_up(source)
        _hang_up(target)


def _hang_up(end: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may have ended by itself
        end.shutdown(socket.SHUT_RDWR)
