"""The proxy does what the faults rely on."""

from __future__ import annotations

import socket
import socketserver
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.proxy import Proxy


class _Echo(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        for line in self.rfile:
            self.wfile.write(line)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "echo"
        with _Server(str(path), _Echo) as server:
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            with Proxy(path) as made:
                yield made
            server.shutdown()


def connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=0.4)


def says(connection: socket.socket, words: bytes) -> bytes:
    connection.sendall(words)
    return connection.recv(100)


def test_everything_passes_both_ways(proxy: Proxy):
    with connect(proxy) as one, connect(proxy) as other:
        answers = says(one, b"a\n"), says(other, b"b\n"), says(one, b"c\n")

    assert answers == (b"a\n", b"b\n", b"c\n")


def test_a_cut_ends_what_there_is_and_lets_new_ones_in(proxy: Proxy):
    with connect(proxy) as old:
        says(old, b"a\n")
        proxy.cut()
        end = old.recv(100)
    with connect(proxy) as new:
        answer = says(new, b"b\n")

    assert (end, answer) == (b"", b"b\n")


def test_a_refusal_ends_what_there_is_and_lets_none_in_until_it_is_healed(proxy: Proxy):
    with connect(proxy) as old:
        says(old, b"a\n")
        proxy.refuse()
        end = old.recv(100)
    with pytest.raises(ConnectionRefusedError):
        connect(proxy)
    proxy.heal()

    with connect(proxy) as new:
        assert (end, says(new, b"b\n")) == (b"", b"b\n")


def test_a_stall_passes_nothing_until_it_is_healed_and_then_everything(proxy: Proxy):
    with connect(proxy) as old:
        says(old, b"a\n")
        proxy.stall()
        with connect(proxy) as new:
            with pytest.raises(TimeoutError):
                says(old, b"b\n")
            with pytest.raises(TimeoutError):
                says(new, b"c\n")
            proxy.heal()

            assert (old.recv(100), new.recv(100)) == (b"b\n", b"c\n")
