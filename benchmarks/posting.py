"""POST /ingest by 32 clients at once to one process; against an endpoint that only inserts one row and pushes one id.

Both are served by uvicorn with its own settings, beside the same PostgreSQL and Redis. Each post is for a novel of another host.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks import measure, running
from benchmarks.bare.crawl import ROOT
from benchmarks.measure import Row
from ingestion.system import free_port

CLIENTS = 32
POSTS = 600
SETTINGS = {"API_OPEN": "true", "INGEST_RATE": "0", "ALLOWED_NETWORKS": "10.0.0.0/8"}
BARE = ("-m", "uvicorn", "--log-level", "warning", "--no-access-log", "benchmarks.bare.app:app", "--port")


def rows(*, quick: bool) -> list[Row]:
    """The row."""
    ours, theirs = [], []
    first = iter(range(10 * POSTS))
    with running.servers(SETTINGS), serving() as port, _bare() as other:
        for warm in (port, other):
            asyncio.run(rate(warm, [next(first) for _ in range(CLIENTS)]))
        for _ in measure.rounds(measure.ROUNDS, quick=quick):
            numbers = [next(first) for _ in range(POSTS)]
            ours.append(asyncio.run(rate(port, numbers)))
            theirs.append(asyncio.run(rate(other, numbers)))
    limits = {"must": 0.7, "aim": 0.9}
    return [measure.by_rate(f"POST /ingest, {CLIENTS} clients", unit="posts/s", ours=ours, against=theirs, **limits)]


async def rate(port: int, numbers: list[int]) -> float:
    """Posts answered a second."""
    waiting = iter(numbers)
    begun = time.perf_counter()
    await asyncio.gather(*(_client(port, waiting) for _ in range(CLIENTS)))
    return len(numbers) / (time.perf_counter() - begun)


async def _client(port: int, waiting: Iterator[int]) -> None:
    """One post after the other, on one connection. Written by hand: a client of a library is slower than the server."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in waiting:
        body = f'{{"url": "http://10.{number >> 16}.{number >> 8 & 255}.{number & 255}/novel"}}'.encode()
        head = f"POST /ingest HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        told = await reader.readuntil(b"\r\n\r\n")
        if not told.startswith(b"HTTP/1.1 202"):
            raise RuntimeError(f"a post was not accepted: {told!r}")
        await reader.readexactly(int(told.lower().partition(b"content-length:")[2].split(b"\r\n")[0]))
    writer.close()


@contextlib.contextmanager
def serving() -> Iterator[int]:
    """Our API in a process of its own; its port."""
    port = free_port()
    with _running([str(ROOT / "main.py")], port, {"API_PORT": str(port)}):
        yield port


@contextlib.contextmanager
def _bare() -> Iterator[int]:
    port = free_port()
    with _running([*BARE, str(port)], port, {}):
        yield port


@contextlib.contextmanager
def _running(command: list[str], port: int, environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=os.environ | environment)
    try:
        running.await_that(lambda: asyncio.run(_listens(port)))
        yield
    finally:
        process.terminate()
        process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
