"""A site on loopback that is faster than whoever asks it: one process of its own, whose answers are ready before the first request.

It confirms what a client has already (RFC 9110, section 13) and writes down when which path was asked for.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from benchmarks import sample

Asked = list[tuple[float, str]]


class Site:
    """Novels by name, each of so many chapters, for as long as the block lasts."""

    def __init__(self, novels: Mapping[str, int]) -> None:
        spawn = get_context("spawn")
        self._pipe, theirs = spawn.Pipe()
        self._process = spawn.Process(target=_serve, args=(theirs, dict(novels), os.getpid()), daemon=True)
        self.netloc = ""

    def __enter__(self) -> Site:
        self._process.start()
        self.netloc = f"127.0.0.1:{self._pipe.recv()}"
        return self

    def __exit__(self, *failure: object) -> None:
        self._process.terminate()
        self._process.join()

    def index(self, novel: str) -> str:
        """The URL of a novel's index."""
        return f"http://{self.netloc}/{novel}/index.html"

    def grow(self, novel: str) -> None:
        """Give a novel one chapter more."""
        self._call("grow", novel)

    def asked(self) -> Asked:
        """The requests since this was called last: when (monotonic, the machine's), and for which path."""
        found: Asked = self._call("asked")
        return found

    def _call(self, *command: str) -> Any:
        self._pipe.send(command)
        return self._pipe.recv()


@dataclass(frozen=True, slots=True)
class _Answer:
    tag: bytes
    whole: bytes
    unchanged: bytes


class _Shelf:
    """The answers by path."""

    def __init__(self, novels: dict[str, int]) -> None:
        self._novels = novels
        self.asked: Asked = []
        self.answers = {"/robots.txt": _answer("User-agent: *\nDisallow: /admin\n", kind="text/plain")}
        chapters = [_answer(sample.chapter_page(number)) for number in range(1, max(novels.values()) + 2)]
        for novel, count in novels.items():
            self.answers |= {f"/{novel}/chapter-{n}.html": chapters[n - 1] for n in range(1, count + 2)}
            self._list(novel)

    def grow(self, novel: str) -> None:
        self._novels[novel] += 1
        self._list(novel)
        self.answers[f"/{novel}/chapter-{self._novels[novel]}.html"] = _answer(sample.chapter_page(self._novels[novel]))

    def take_asked(self) -> Asked:
        taken, self.asked = self.asked, []
        return taken

    def _list(self, novel: str) -> None:
        self.answers[f"/{novel}/index.html"] = _answer(sample.index_page(novel, self._novels[novel]))


class _Connection(asyncio.Protocol):
    """One client: requests without a body, answered in their order."""

    def __init__(self, shelf: _Shelf) -> None:
        self._shelf = shelf
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checker: it is TCP
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self._read = (self._read + data).split(b"\r\n\r\n")
        for request in requests:
            self._transport.write(self._answer(request))

    def _answer(self, request: bytes) -> bytes:
        path = request.split(b" ", 2)[1].decode()
        self._shelf.asked.append((time.monotonic(), path))
        found = self._shelf.answers.get(path)
        if found is None:
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        return found.unchanged if found.tag in request else found.whole


def _answer(body: str, *, kind: str = "text/html; charset=utf-8") -> _Answer:
    content = body.encode()
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nETag: {tag}\r\nContent-Length: {len(content)}\r\n\r\n"
    unchanged = f"HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\n\r\n"
    return _Answer(tag.encode(), head.encode() + content, unchanged.encode())


def _serve(pipe: Connection, novels: dict[str, int], parent: int) -> None:
    asyncio.run(_listen(pipe, _Shelf(novels), parent))


async def _listen(pipe: Connection, shelf: _Shelf, parent: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(shelf), "127.0.0.1", 0, backlog=512)
    commands: dict[str, Callable[..., object]] = {"grow": shelf.grow, "asked": shelf.take_asked}

    def obey() -> None:
        name, *arguments = pipe.recv()
        pipe.send(commands[name](*arguments))

    loop.add_reader(pipe.fileno(), obey)
    pipe.send(server.sockets[0].getsockname()[1])
    while os.getppid() == parent:  # whoever started it may be killed
        await asyncio.sleep(1)
